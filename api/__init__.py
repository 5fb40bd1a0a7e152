"""The service over the store: one folder a capability, one request one transaction."""
