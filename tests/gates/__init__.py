"""What every change has to pass, run as one: ``./minqing test``."""
