"""The desk's ledgers: scheduled jobs and proofs."""
