-- Finding somebody by what is sealed: hashes under the chain's own key, beside the texts.
CREATE INDEX sealed_by_lookup ON chassis.sealed (chain_id, item) WHERE item LIKE 'lookup:%';
