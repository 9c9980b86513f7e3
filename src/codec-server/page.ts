/** The codec server's own page: whoever shows the token here once may read payloads in Temporal's UI with this browser. */
export const page = (isSignedIn: boolean, wasWrong = false): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>AsyncStageOut codec server</title>
<style>:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:3rem auto;padding:0 1rem}input,button{font:inherit;padding:.3rem .6rem}</style>
<h1>Codec server</h1>
${
  isSignedIn
    ? `<p>This browser may read payloads. In Temporal's UI, choose <em>Configure a Codec Server</em>, give this address and
switch on <em>Include cross-origin credentials</em>.`
    : `<p>Temporal's UI shows payloads that are compressed or encrypted through this server, to whoever has its token.
${wasWrong ? '<p role="alert"><strong>That was not the token.</strong>' : ''}
<form method="post" action="/login"><label>Token <input type="password" name="token" required autocomplete="off" autofocus></label>
<button>Sign in</button></form>`
}
</html>
`;
