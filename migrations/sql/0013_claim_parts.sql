-- What a claim is for, and the issuer and period that it is about. Older claims are all answers without a subject.
ALTER TABLE claims
    ADD part text NOT NULL DEFAULT 'answer',
    ADD issuer text,
    ADD period text;
-- Without NOT VALID, the constraint would read the table while it is locked. All rows have the default.
ALTER TABLE claims ADD CONSTRAINT ck_claims_part CHECK (part IN ('answer', 'support', 'related')) NOT VALID;
