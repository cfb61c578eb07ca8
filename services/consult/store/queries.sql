-- said_of
SELECT aggregate_id, type, payload FROM chassis.journal
WHERE chain_id = $1 AND aggregate_id = ANY($2::uuid[]) AND type = ANY($3::text[])
ORDER BY aggregate_id, version
