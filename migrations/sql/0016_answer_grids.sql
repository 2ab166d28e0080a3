-- A comparison of issuers or periods, whose cells refer to the claims that state them (`app.answers.claims.Grid`).
ALTER TABLE answers ADD grid jsonb;
