/** What a version of the workers may be called: part of a search attribute's value, and of names on command lines. */
export const BUILD_ID = /^[A-Za-z0-9._-]{1,100}$/;
export const BUILD_ID_RULE = 'at most 100 letters, digits and any of . _ -';
