-- A key belongs to a member, its holder, and ends with this membership. Keys from before belong to the organization's first owner.
alter table "apikey" add column "memberId" text references "member" ("id") on delete cascade;

create index "apikey_memberId_idx" on "apikey" ("memberId");

update "apikey" set "memberId" = (select "id" from "member" where "organizationId" = "apikey"."referenceId" and ',' || "role" || ',' like '%,owner,%' order by "createdAt", "id" limit 1);

delete from "apikey" where "memberId" is null;
