/** Scalars that platforms provide, so that schemas written for them use the names without defining them. */
const byPlatform: Readonly<Record<string, string>> = {
  "AWS AppSync":
    "AWSDate AWSTime AWSDateTime AWSTimestamp AWSEmail AWSJSON AWSURL AWSPhone AWSIPAddress",
  "Apollo Federation":
    "_Any _FieldSet FieldSet federation__FieldSet federation__Scope federation__Policy federation__ContextFieldValue " +
    "federation__Any link__Import Import join__FieldSet join__DirectiveArguments join__FieldValue connect__URLTemplate " +
    "connect__JSONSelection",
  Hasura:
    "uuid timestamptz timestamp timetz time date interval numeric decimal money bigint smallint integer int int2 int4 int8 " +
    "float4 float8 double_precision real json jsonb bytea citext text varchar bpchar char name bool oid inet cidr macaddr " +
    "geometry geography point polygon line lseg path box circle bit varbit tsvector tsquery xml hstore ltree lquery ltxtquery " +
    "vector _uuid _text _int4 _int8 _float8 _varchar _jsonb uniqueidentifier datetime datetime2 datetimeoffset tinyint",
  PostGraphile:
    "BigInt BigFloat Date Datetime Time JSON UUID Cursor InternetAddress CidrAddress MacAddress MacAddress8 KeyValueHash LTree " +
    "BitString Base64EncodedBinary RegProc RegProcedure RegOper RegOperator RegClass RegType RegRole RegNamespace RegConfig " +
    "RegDictionary Xml",
  Shopify:
    "ARN Color DateTime Decimal FormattedString HTML ISO8601DateTime Money StorefrontID URL UnsignedInt64 UtcOffset",
  GitHub:
    "Base64String CustomPropertyValue GitObjectID GitRefname GitSSHRemote GitTimestamp PreciseDateTime URI X509Certificate",
  "graphql-scalars":
    "AccountNumber Byte CountryCode CountryName Cuid Currency DID DateTimeISO DeweyDecimal Duration EmailAddress GUID " +
    "GeoJSON HSL HSLA HexColorCode Hexadecimal IBAN IP IPCPatent IPv4 IPv6 ISBN ISO8601Duration JSONObject JWT LCCSubclass " +
    "Latitude LocalDate LocalDateTime LocalEndTime LocalTime Locale Long Longitude MAC NegativeFloat NegativeInt " +
    "NonEmptyString NonNegativeFloat NonNegativeInt NonPositiveFloat NonPositiveInt ObjectID PhoneNumber Port PositiveFloat " +
    "PositiveInt PostalCode RGB RGBA RoutingNumber SESSN SafeInt SemVer TimeZone Timestamp ULID USCurrency UnsignedFloat " +
    "UnsignedInt UtcOffset Void",
  "graphql-upload": "Upload",
  "graphql-java":
    "BigDecimal BigInteger Char Short Url Object OffsetDateTime ZonedDateTime Instant",
  "Hot Chocolate": "Any ByteArray TimeSpan Uuid",
  Prisma: "Json Bytes",
  Dgraph: "Int64",
  Contentful: "Dimension HexColor Quality",
  DatoCMS: "BooleanType CustomData FloatType IntType ItemId MetaTagAttributes UploadId",
};

/** The platform that provides a scalar of this name. The first one counts. */
export const platformOf: ReadonlyMap<string, string> = new Map(
  Object.entries(byPlatform)
    .flatMap(([platform, names]) => names.split(" ").map((name) => [name, platform] as const))
    .toReversed(),
);
