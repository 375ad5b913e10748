-- A key may be bound to one toolkit of its organization: it reaches the MCP endpoint of this toolkit and nothing else.
alter table "apikey" add column "toolkit" text;
