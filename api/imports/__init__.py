"""Files that come in: read, looked over, matched with what is there, entered in one transaction, taken back."""
