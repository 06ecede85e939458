/**
 * PostGraphile 5 over our own tables, as the application's role and with its row context, which is set for each
 * transaction as PostGraphile itself does it. Smart tags and two short plugins give the fields the names that our schema
 * has; a list takes its order as an argument. It asks nobody who he is.
 */

import { createServer } from "node:http";
import { text } from "node:stream/consumers";

import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { lambda } from "postgraphile/grafast";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { extendSchema, jsonPgSmartTags } from "postgraphile/utils";

const task = JSON.parse(await text(process.stdin));

/** What the tables do not say: that a referral has a lead, and what its relations are called. */
const relations = jsonPgSmartTags({
  version: 1,
  config: {
    class: {
      referrals: {
        tags: { foreignKey: "(lead_id) references leads (id)|@fieldName lead" },
      },
      offers: {
        constraint: {
          fk_offers_tenant_id_referral_id: {
            tags: { fieldName: "referral", foreignFieldName: "offers" },
          },
        },
      },
    },
  },
});

const names = {
  name: "SuxinNames",
  version: "1.0.0",
  inflection: {
    replace: {
      allRowsConnection(previous, options, resource) {
        return resource.name === "referrals" ? "referrals" : previous(resource);
      },
    },
  },
};

const kindOf = (stored) => (stored === "any" ? null : stored);
const industryOf = (section) => task.industries[section] ?? null;

/** The two fields of a lead that our schema tells by other words than the table. */
const words = extendSchema((build) => ({
  typeDefs: build.graphql.parse(`extend type Lead { applicantKind: String industryZh: String }`),
  objects: {
    Lead: {
      plans: {
        applicantKind: (lead) => lambda(lead.get("subject_kind"), kindOf, true),
        industryZh: (lead) => lambda(lead.get("industry_section"), industryOf, true),
      },
    },
  },
}));

const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  plugins: [relations, names, words],
  // It would leave out a relation whose only index is a partial one, as that from a referral to its offers is.
  disablePlugins: ["PgIndexBehaviorsPlugin"],
  pgServices: [
    makePgService({
      connectionString: task.database,
      schemas: ["public"],
      poolConfig: { max: 20 },
    }),
  ],
  grafast: { context: () => ({ pgSettings: task.settings }) },
  grafserv: { graphqlPath: "/graphql", graphiql: false, watch: false },
});

const server = createServer();
await instance.createServ(grafserv).addTo(server);
await instance.getSchema();
server.listen(task.port, "127.0.0.1", () => process.stdout.write("ready\n"));
