/** How a source wants to be used, in its own words; NULL where it does not say. */
export default [`ALTER TABLE sources ADD COLUMN instructions TEXT`];
