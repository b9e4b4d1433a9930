// What jsforce sees of the practice org, as one JSON document on stdout.
// Arguments: instance URL, access token, the message object, the rows to insert as a JSON file.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { Connection } = createRequire(process.env.NODE_MODULES + "/")("jsforce");
const [instanceUrl, accessToken, messages, rowsFile] = process.argv.slice(2);
const connection = new Connection({ instanceUrl, accessToken, version: "62.0" });
const rows = JSON.parse(readFileSync(rowsFile, "utf8"));

const identity = await connection.identity();
const described = await connection.sobject(messages).describe();
const lead = await connection.sobject("Lead").create({ LastName: "Test Sender", Company: "c" });
const twoHundred = await connection.sobject(messages).create(rows.twoHundred);
const threeCalls = await connection
  .sobject(messages)
  .create(rows.fourHundredFifty, { allowRecursive: true });
const key = described.fields.find((field) => field.externalId).name;
const first = await connection.sobject(messages).upsert(rows.upserted, key);
const again = await connection.sobject(messages).upsert(rows.upserted, key);
const page = await connection.query(`SELECT Id FROM ${messages}`, { autoFetch: false });
const pages = [page.records.length];
for (let next = page; !next.done; ) {
  next = await connection.queryMore(next.nextRecordsUrl);
  pages.push(next.records.length);
}
const found = await connection.sobject(messages).findOne({ [key]: rows.twoHundred[0][key] }, "Id");

console.log(
  JSON.stringify({
    username: identity.username,
    organization: identity.organization_id,
    fields: described.fields.length,
    key,
    lead,
    twoHundred,
    threeCalls,
    first,
    again,
    pages,
    total: page.totalSize,
    found,
    usage: connection.limitInfo.apiUsage,
  }),
);
