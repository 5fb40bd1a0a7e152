"""What can be done to a plan: one verb a file, each pure, each with the ``refusal`` that tells why it may not be."""
