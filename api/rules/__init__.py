"""What rule holds where and from when, and which exemptions from it were granted."""
