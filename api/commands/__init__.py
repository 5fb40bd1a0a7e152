"""One file a command of ``./minqing``; each exports ``command``."""
