"""One file a bench: ``def bench(report: Report, *, quick: bool) -> None``; run by ``./minqing bench NAME``."""
