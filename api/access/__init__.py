"""Who may see and do what: people and their posts, log-in, jurisdiction, personal data, audit."""
