/** What a step of `python/refusals.py` raises: the class of the client's exception and its text. */
type Raised = readonly [exception: string, text: string | RegExp];

const badRequest = (text: string): Raised => ['ClientError', `Client error: Bad request: ${text}`];
const invalid = (text: string): Raised => badRequest(`Invalid value within the request: ${text}`);
const malformed = (text: string): Raised => badRequest(`Malformed request: ${text}`);

/** Never sent. */
export const REFUSED_BY_THE_CLIENT: Record<string, Raised> = {
  'client: nothing': badRequest('No transfers or deletion jobs are provided'),
  'client: verify_checksum': badRequest('verify_checksum does not contain a valid value'),
  'client: overwrite twice': badRequest('Incompatible overwrite flags used at the same time'),
  'client: only on disk': badRequest("'overwrite_when_only_on_disk' requires 'archive_timeout' to be set"),
  'client: scitag': ['ClientError', 'Client error: Invalid SciTag value: 12 (not in [65, 65535] range)'],
  'client: one token of two': ['ClientError', 'Client error: Both source and destination tokens should be given'],
  // A mistake of the client's own.
  'client: alternative source': ['AttributeError', "'list' object has no attribute 'push_back'"],
};

/** Refused by FTS. */
export const REFUSED: Record<string, Raised> = {
  'not JSON': badRequest('Badly formatted JSON request'),
  'not an object': badRequest('Expecting a dictionary'),
  'no files': badRequest('No transfers operations specified'),
  deletion: ['MethodNotAllowed', 'Method Not Allowed: Deletion jobs are no longer supported by FTS'],
  'no parameters': malformed("'NoneType' object is not iterable"),

  'local file': invalid('Can not transfer local files (file:///etc/hostname)'),
  'no scheme': invalid('Missing scheme (/store/a)'),
  'no path': invalid('Missing path (davs://t2_a.example)'),
  'no host': invalid('Missing host (davs:///store/a)'),
  'no destination': badRequest("Missing parameter: 'destinations'"),
  'banned storage': ['Unauthorized', 'Unauthorized: davs://t2_banned.example is banned'],

  'checksum is a number': malformed("object of type 'int' has no len()"),
  'filesize is a text': invalid("could not convert string to float: 'big'"),
  'scitag out of range': invalid('Invalid SciTag value: 70000 (not in [65, 65535] range)'),
  'file metadata is a list': invalid('Metadata neither JSON nor String'),
  'job metadata is a list': invalid('Metadata neither JSON nor String'),
  'job metadata is too large': invalid('Job Submission Refused, metadata exceeds size limit of 2048'),
  'retry is a text': invalid("invalid literal for int() with base 10: 'often'"),
  'sid is a number': malformed('can only concatenate str (not "int") to str'),
  'sid is missing': badRequest('Need sid for deterministic job id generation'),
  'verify_checksum is empty': ['ServerError', 'Server error: 500'],

  'hop without multihop': badRequest("'overwrite-hop' requires multihop job submission"),
  'two replicas of two files': badRequest('Multiple replica jobs must only have one unique file'),
  'replicas in a multihop job': badRequest(
    'Can not request multiple replica job together with multihop or session reuse at the same time',
  ),
  'reuse between several storages': badRequest(
    'Reuse jobs must only contain transfers for the same source ad destination storage',
  ),
  'unknown selection strategy': badRequest('best algorithm is not supported by Scheduler'),
};

/** What servers in trouble answer, and requests that FTS does not have. */
export const UNANSWERED: Record<string, Raised> = {
  '503': ['TryAgain', 'Try again: 503'],
  '500': ['ServerError', 'Server error: 500'],
  '400 in HTML': badRequest('<html>Apache says no</html>'),
  '424': ['FailedDependency', 'Failed dependency'],
  'connection lost': ['ConnectionError', /Remote end closed connection without response/],
  'unknown path': ['NotFound', /^The requested URL was not found on the server\./],
  'unknown method': ['MethodNotAllowed', 'Method Not Allowed: The method is not allowed for the requested URL.'],
};
