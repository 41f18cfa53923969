"""Outgoing webhooks: what changed, told to other people's systems by the Standard Webhooks specification."""
