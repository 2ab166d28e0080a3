"""What an issuer's page shows of its ledger: key measures over years, and its debt by maturity."""
