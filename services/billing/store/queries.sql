-- price_list_editions
SELECT version, edition FROM public.price_list_editions
WHERE chain_id = $1 AND ($2::int IS NULL OR version < $2) ORDER BY version DESC LIMIT $3

-- postings
SELECT p.posting_id, p.transaction_id, p.account_id, p.ledger_account, p.amount_minor_units,
    p.currency_code, j.event_id, p.session_id, p.invoice_id, p.payment_id, p.posted_at, p.place
FROM public.postings p
LEFT JOIN LATERAL (
    -- Rows do not know their event: it is the account's only one of its type for this cause.
    SELECT j.event_id FROM chassis.journal j
    WHERE j.chain_id = p.chain_id AND j.aggregate_id = p.account_id
        AND j.type = CASE WHEN p.payment_id IS NULL THEN 'mesoflow.billing.v1.RevenueRecognised'
            ELSE 'mesoflow.billing.v1.PaymentReceived' END
        AND position(convert_to(p.transaction_id::text, 'UTF8') IN j.payload) > 0
    LIMIT 1) j ON true
WHERE p.chain_id = $1 AND p.account_id = $2 AND ($3::text IS NULL OR p.place > $3)
ORDER BY p.place LIMIT $4

-- payments
SELECT p.payment_id, p.account_id, p.invoice_id, p.amount_minor_units, p.currency_code, p.method,
    p.external_reference_code, p.received_at
FROM public.payments p
JOIN public.account a ON a.chain_id = p.chain_id AND a.id = p.account_id
WHERE p.chain_id = $1 AND (cardinality($2::uuid[]) = 0 OR a.clinic_id = ANY ($2))
    AND ($3::uuid IS NULL OR p.payment_id = $3)
    AND ($4::uuid IS NULL OR p.account_id = $4)
    AND ($5::uuid IS NULL OR p.invoice_id = $5)
    AND ($6::uuid IS NULL OR p.payment_id < $6)
ORDER BY p.payment_id DESC LIMIT $7
