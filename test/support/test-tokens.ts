/** A JSON Web Token that ends at an epoch second; nobody signed it. */
export const webToken = (exp: number, salt = ''): string =>
  [{ alg: 'RS256' }, { iss: 'https://issuer.example/', sub: `someone ${salt}`, exp }]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .concat('c2lnbmF0dXJl')
    .join('.');
