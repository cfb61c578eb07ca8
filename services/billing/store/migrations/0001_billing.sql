CALL chassis.create_documents('price_list');
CALL chassis.create_documents('quote');
CALL chassis.create_documents('account');
CALL chassis.create_documents('invoice');
CALL chassis.create_documents('withdrawal');

-- Columns of documents that lists are narrowed by.
ALTER TABLE public.quote
    ADD COLUMN plan_id     uuid GENERATED ALWAYS AS ((state ->> 'plan_id')::uuid) STORED,
    ADD COLUMN patient_id  uuid GENERATED ALWAYS AS ((state ->> 'patient_id')::uuid) STORED;
CREATE INDEX quote_by_plan ON public.quote (chain_id, plan_id, id);
CREATE INDEX quote_by_patient ON public.quote (chain_id, patient_id, id);

ALTER TABLE public.account
    ADD COLUMN patient_id    uuid GENERATED ALWAYS AS ((state ->> 'patient_id')::uuid) STORED,
    ADD COLUMN clinic_id     uuid GENERATED ALWAYS AS ((state ->> 'clinic_id')::uuid) STORED,
    ADD COLUMN account_state text GENERATED ALWAYS AS (state ->> 'state') STORED;
CREATE INDEX account_by_patient ON public.account (chain_id, patient_id, id);
CREATE INDEX account_by_clinic ON public.account (chain_id, clinic_id, id);

ALTER TABLE public.invoice
    ADD COLUMN account_id    uuid GENERATED ALWAYS AS ((state ->> 'account_id')::uuid) STORED,
    ADD COLUMN plan_id       uuid GENERATED ALWAYS AS ((state ->> 'plan_id')::uuid) STORED,
    ADD COLUMN patient_id    uuid GENERATED ALWAYS AS ((state ->> 'patient_id')::uuid) STORED,
    ADD COLUMN invoice_state text GENERATED ALWAYS AS (state ->> 'state') STORED;
CREATE INDEX invoice_by_account ON public.invoice (chain_id, account_id, id);
CREATE INDEX invoice_by_plan ON public.invoice (chain_id, plan_id, id);
CREATE INDEX invoice_by_patient ON public.invoice (chain_id, patient_id, id);

-- Every version of a price list, whole: the document keeps the items of those that may still hold.
CREATE TABLE public.price_list_editions (
    chain_id      uuid  NOT NULL,
    price_list_id uuid  NOT NULL,
    version       int   NOT NULL CHECK (version > 0),
    edition       jsonb NOT NULL,
    PRIMARY KEY (chain_id, price_list_id, version)
);
SELECT chassis.guard('public.price_list_editions');

-- What the tills took. A till's own reference is recorded once.
CREATE TABLE public.payments (
    chain_id                uuid        NOT NULL,
    payment_id              uuid        NOT NULL,
    account_id              uuid        NOT NULL,
    invoice_id              uuid,
    amount_minor_units      bigint      NOT NULL CHECK (amount_minor_units > 0),
    currency_code           text        NOT NULL,
    method                  text        NOT NULL,
    external_reference_code text        NOT NULL,
    received_at             timestamptz NOT NULL,
    PRIMARY KEY (chain_id, payment_id),
    FOREIGN KEY (chain_id, account_id) REFERENCES public.account (chain_id, id)
);
-- Not of what another system was paid: that bears the reference of its course, which may come in
-- again when it was entered in error, and is let in once by consult.
CREATE UNIQUE INDEX payments_reference_once ON public.payments (chain_id, external_reference_code)
    WHERE method <> 'CARRIED_OVER';
CREATE INDEX payments_by_account ON public.payments (chain_id, account_id, payment_id);
CREATE INDEX payments_by_invoice ON public.payments (chain_id, invoice_id, payment_id);
SELECT chassis.guard('public.payments');

-- The ledger, double entry by construction: a row debits one account of the books and credits
-- another with one amount, so that no transaction can be out of balance. A payment is entered
-- once, and so is a session's revenue.
CREATE TABLE public.transfers (
    chain_id           uuid        NOT NULL,
    account_id         uuid        NOT NULL,
    transaction_id     uuid        NOT NULL,
    kind               text        NOT NULL,
    debit              text        NOT NULL,
    credit             text        NOT NULL,
    amount_minor_units bigint      NOT NULL CHECK (amount_minor_units > 0),
    currency_code      text        NOT NULL,
    session_id         uuid,
    invoice_id         uuid,
    payment_id         uuid,
    posted_at          timestamptz NOT NULL,
    PRIMARY KEY (chain_id, account_id, transaction_id, kind),
    CONSTRAINT transfers_session_once UNIQUE (chain_id, session_id, kind),
    CONSTRAINT transfers_payment_once UNIQUE (chain_id, payment_id, kind),
    FOREIGN KEY (chain_id, account_id) REFERENCES public.account (chain_id, id),
    FOREIGN KEY (chain_id, payment_id) REFERENCES public.payments (chain_id, payment_id),
    CONSTRAINT transfers_kind_and_cause CHECK (
        CASE kind
            WHEN 'PAYMENT' THEN (debit, credit) = ('CASH', 'CONTRACT_LIABILITY')
            WHEN 'REVENUE' THEN (debit, credit) = ('CONTRACT_LIABILITY', 'REVENUE')
            WHEN 'TAX' THEN (debit, credit) = ('CONTRACT_LIABILITY', 'TAX_PAYABLE')
            ELSE false
        END
        AND CASE kind
            WHEN 'PAYMENT' THEN payment_id IS NOT NULL AND session_id IS NULL
                AND transaction_id = payment_id
            ELSE session_id IS NOT NULL AND payment_id IS NULL AND invoice_id IS NULL
                AND transaction_id = session_id
        END)
);
SELECT chassis.guard('public.transfers');

-- The lines of the ledger, debit above zero and credit below, in the order they were posted.
CREATE VIEW public.postings WITH (security_invoker = true) AS
SELECT t.chain_id, t.account_id, t.transaction_id, l.ledger_account, l.amount_minor_units,
    t.currency_code, t.session_id, t.invoice_id, t.payment_id, t.posted_at,
    md5(concat_ws('/', t.chain_id, t.account_id, t.transaction_id, t.kind, l.side))::uuid
        AS posting_id,
    concat_ws('/', to_char(t.posted_at AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISSUS'),
        t.transaction_id, t.kind, l.side) COLLATE "C" AS place
FROM public.transfers t
CROSS JOIN LATERAL (VALUES
    (1, t.debit, t.amount_minor_units),
    (2, t.credit, -t.amount_minor_units)) AS l (side, ledger_account, amount_minor_units);
GRANT SELECT ON public.postings TO app;
