// A certified OpenID provider that nobody here wrote, npm `oidc-provider`, and a journal that takes its tokens, behind TLS.
//
//   node server.mjs <folder with node_modules> <PEM with key and certificate> <settings, JSON>
//
// Prints its port as one line and ends when its standard input does, so that it outlives no test. The provider is the whole
// origin; below `/fhir` lies a journal that checks every token with it (RFC 6750, RFC 9449 with nonce) and hands the request on to
// `settings.journal` with that journal's own token, or answers by itself where there is none. `/control/<word>` is the hand of the
// test: `expire` ends the access tokens, `revoke` every grant, `nonce` changes the journal's nonce, `requests` tells what was asked,
// `proves?acr=…&ago=…` how people prove who they are from then on: at which level, and how many seconds ago.
import http from 'node:http';
import https from 'node:https';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, pem, settled] = process.argv.slice(2);
const peer = createRequire(join(folder, 'package.json'));
const load = (name) => import(pathToFileURL(peer.resolve(name)));
const { errors, Provider } = await load('oidc-provider');
const jose = await load('jose');
const settings = JSON.parse(readFileSync(settled));
const key = readFileSync(pem);

const code = ['authorization_code', 'refresh_token'];
const device = 'urn:ietf:params:oauth:grant-type:device_code';
const native = { application_type: 'native', redirect_uris: ['http://127.0.0.1/callback', 'http://localhost/callback'] };
const open = { ...native, grant_types: [...code, device], token_endpoint_auth_method: 'none' };
const keyed = { token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: 'ES384', jwks: settings.jwks };
const clients = [
  { ...open, client_id: 'public' },
  { ...open, client_id: 'bound', dpop_bound_access_tokens: true },
  { ...native, client_id: 'symmetric', grant_types: code, client_secret: settings.secret },
  { ...native, ...keyed, client_id: 'asymmetric', grant_types: code, require_pushed_authorization_requests: settings.pushed !== false, dpop_bound_access_tokens: true },
  { ...keyed, client_id: 'backend', grant_types: ['client_credentials'], redirect_uris: [], response_types: [] },
];

const live = new Map();
let provider, issuer, base, nonce = 'first', proves = {};
const requests = [];

// The memory of the provider, kept so that the hand of the test can reach into it.
class Memory {
  constructor(model) { this.model = model; }
  at(id) { return `${this.model} ${id}`; }
  async upsert(id, payload) {
    if (this.model === 'Interaction' && payload.result?.login) Object.assign(payload.result.login, proves);
    live.set(this.at(id), payload);
  }
  async find(id) { return live.get(this.at(id)); }
  async destroy(id) { live.delete(this.at(id)); }
  async consume(id) { live.get(this.at(id)).consumed = Math.floor(Date.now() / 1000); }
  async findByUid(uid) { return [...live].find(([at, one]) => at.startsWith(`${this.model} `) && one.uid === uid)?.[1]; }
  async findByUserCode(word) { return [...live].find(([at, one]) => at.startsWith(`${this.model} `) && one.userCode === word)?.[1]; }
  async revokeByGrantId(grantId) { for (const [at, one] of live) if (one.grantId === grantId) live.delete(at); }
}

// What a test says of the person; `{base}` is the journal's address, which is known only now.
const claims = () => JSON.parse(JSON.stringify(settings.claims ?? {}).replaceAll('{base}', base));

const told = () => ['name', 'fhirUser', 'helsepersonellkategori', ...Object.keys(settings.claims ?? {})];

const account = (ctx, id) => ({
  accountId: id,
  claims: () => ({ sub: id, name: 'Kari Nordmann', fhirUser: `Practitioner/${id}`, helsepersonellkategori: 'SP', ...claims() }),
});

const configuration = () => ({
  adapter: Memory,
  clientDefaults: { id_token_signed_response_alg: 'ES256' },
  clients,
  findAccount: account,
  acrValues: settings.levels ?? [],
  // `plain`: as OpenID Connect has it by default. Who it is stands at the userinfo endpoint alone, and no journal is named.
  scopes: ['openid', 'offline_access', ...(settings.plain ? ['fhirUser', ...settings.scopes.split(' ')] : [])],
  claims: settings.plain ? { openid: ['sub'], fhirUser: told() } : { openid: ['sub', ...told()] },
  conformIdTokenClaims: settings.plain === true,
  jwks: { keys: [{ ...settings.signing, use: 'sig' }] },
  cookies: { keys: [randomBytes(16).toString('hex')] },
  rotateRefreshToken: true,
  responseTypes: ['code'],
  clientAuthMethods: ['none', 'client_secret_basic', 'private_key_jwt'],
  enabledJWA: { clientAuthSigningAlgValues: ['ES384', 'RS384'], dPoPSigningAlgValues: ['ES256'] },
  // SMART's own parameter: the journal that the tokens are for. Another journal's address is refused. (A pushed request is kept
  // as a request object, in which the provider writes its own name as `aud`.)
  extraParams: { aud(ctx, value) { if (value && value !== base && value !== issuer) throw new errors.InvalidRequest('another journal'); } },
  ttl: { AccessToken: () => 3600, DeviceCode: () => settings.deviceSeconds ?? 600, ClientCredentials: () => 300 },
  features: {
    devInteractions: { enabled: true },
    deviceFlow: { enabled: true },
    clientCredentials: { enabled: true },
    revocation: { enabled: true },
    pushedAuthorizationRequests: { enabled: settings.pushed !== false },
    dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
    userinfo: { enabled: true },
    resourceIndicators: {
      enabled: !settings.plain,
      defaultResource: () => base,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({ scope: settings.scopes, accessTokenFormat: 'opaque', audience: base }),
    },
  },
});

const hash = (text) => createHash('sha256').update(text).digest('base64url');

// What the journal says to a request without a good token (RFC 6750 §3, RFC 9449 §7.1 and §9).
async function refusal(request) {
  const [scheme, word] = (request.headers.authorization ?? '').split(' ');
  const token = word && ((await provider.AccessToken.find(word)) ?? (await provider.ClientCredentials.find(word)));
  if (!token) return word ? `${scheme} error="invalid_token"` : 'Bearer';
  if (scheme !== (token.jkt ? 'DPoP' : 'Bearer')) return 'DPoP error="invalid_token"';
  if (!token.jkt) return '';
  try {
    const { payload, protectedHeader } = await jose.jwtVerify(request.headers.dpop, jose.EmbeddedJWK, { typ: 'dpop+jwt', algorithms: ['ES256'] });
    const url = `${issuer}${request.url.split('?')[0]}`;
    const isHolder = (await jose.calculateJwkThumbprint(protectedHeader.jwk)) === token.jkt;
    if (!isHolder || payload.htm !== request.method || payload.htu !== url || payload.ath !== hash(word)) return 'DPoP error="invalid_dpop_proof"';
    if (Math.abs(payload.iat - Date.now() / 1000) > 60) return 'DPoP error="invalid_dpop_proof"';
    if (live.has(`proof ${payload.jti}`)) return 'DPoP error="invalid_dpop_proof"';
    live.set(`proof ${payload.jti}`, {});
    return payload.nonce === nonce ? '' : 'DPoP error="use_dpop_nonce"';
  } catch {
    return 'DPoP error="invalid_dpop_proof"';
  }
}

function smart() {
  return {
    issuer, jwks_uri: `${issuer}/jwks`, authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token`,
    grant_types_supported: ['authorization_code', 'client_credentials'], code_challenge_methods_supported: ['S256'],
    capabilities: ['launch-standalone', 'client-public', 'client-confidential-asymmetric', 'sso-openid-connect', 'permission-offline', 'permission-user', 'permission-v2'],
  };
}

function answer(response, status, body, headers = {}) {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

async function journal(request, response, body) {
  if (request.url === '/fhir/.well-known/smart-configuration') return answer(response, 200, smart());
  const isOpen = request.url === '/fhir/metadata' && settings.journal; // as most journals describe themselves
  const why = isOpen ? '' : await refusal(request);
  const given = { 'DPoP-Nonce': nonce };
  if (why) return answer(response, 401, { resourceType: 'OperationOutcome' }, { ...given, 'WWW-Authenticate': why });
  if (!settings.journal) return answer(response, 200, { resourceType: 'Patient', id: 'p1' }, { ...given, 'Content-Type': 'application/fhir+json' });
  const { host, dpop, connection, ...headers } = request.headers;
  const inside = { ...headers, authorization: `Bearer ${settings.journal.token}`, 'accept-encoding': 'identity' };
  const on = http.request(settings.journal.base + request.url.slice('/fhir'.length), { method: request.method, headers: inside });
  on.on('response', (from) => handOn(from, response));
  on.on('error', () => answer(response, 502, {}));
  on.end(body);
}

// The journal's answer as the world outside sees it: its own address stands nowhere in it.
async function handOn(from, response) {
  const outside = (text) => text.replaceAll(settings.journal.base, base);
  const pieces = [];
  for await (const piece of from) pieces.push(piece);
  const { 'content-length': _, 'transfer-encoding': __, connection, ...headers } = from.headers;
  for (const name of ['location', 'content-location']) if (headers[name]) headers[name] = outside(headers[name]);
  response.writeHead(from.statusCode, headers);
  response.end(outside(Buffer.concat(pieces).toString()));
}

function control(word, asked) {
  const dead = { expire: /^(AccessToken|ClientCredentials) /, revoke: /^(AccessToken|RefreshToken|Grant) / }[word];
  for (const at of live.keys()) if (dead?.test(at)) live.delete(at);
  if (word === 'proves') proves = { acr: asked.get('acr') ?? undefined, ts: Math.floor(Date.now() / 1000) - Number(asked.get('ago') ?? 0) };
  if (word === 'nonce') nonce = randomBytes(8).toString('hex');
  return word === 'requests' ? requests.splice(0) : {};
}

async function serve(request, response) {
  const path = request.url.split('?')[0];
  if (path.startsWith('/control/')) return answer(response, 200, control(path.slice('/control/'.length), new URL(request.url, issuer).searchParams));
  if (!path.startsWith('/fhir/') && request.method === 'GET') {
    if (path === '/auth') requests.push({ path, headers: request.headers, fields: [...new URL(request.url, issuer).searchParams] });
    return provider.callback()(request, response);
  }
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  const body = Buffer.concat(pieces);
  if (path.startsWith('/fhir/')) return journal(request, response, body);
  if (!path.startsWith('/interaction/')) requests.push({ path, headers: request.headers, fields: [...new URLSearchParams(body.toString())] });
  request.body = body.toString(); // the provider takes a body that was read already
  return provider.callback()(request, response);
}

const server = https.createServer({ key, cert: key }, serve);
server.listen(0, '127.0.0.1', () => {
  issuer = `https://127.0.0.1:${server.address().port}`;
  base = `${issuer}/fhir`;
  provider = new Provider(issuer, configuration());
  console.log(server.address().port);
});
process.stdin.on('end', () => process.exit(0)).resume();
