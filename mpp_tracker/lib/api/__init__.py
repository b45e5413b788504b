"""How does a model become rows of the API? docs/decisions/0020-api.md says why it is so."""
