"""contract.py: what 20 rules cost: as a contract while staging, and as CHECK constraints under COPY."""
import json

from harness import compare, copy_unlogged, sql, stage, table_head

COLUMNS = ("id bigint", "qty integer", "ts timestamp", "name text", "price numeric(12,2)",
           "note text", "score float8", "city text")
CITIES = [f"city {n}" for n in range(1000)]
NOTE = "^note [0-9a-f]{32}$"

# Two of these say two things at once, a bound below and a bound above: 20 rules in all.
CONTRACT = {
    "columns": {
        "id": {"not_null": True, "min": 1},
        "qty": {"not_null": True, "min": 0, "max": 1000000},
        "ts": {"not_null": True, "min": "2024-01-01", "max": "2025-12-31"},
        "name": {"not_null": True, "min_length": 1, "max_length": 60},
        "price": {"min": 0, "max": 10000},
        "note": {"pattern": NOTE},
        "score": {"min": 0, "max": 1000},
        "city": {"max_length": 20, "allowed": CITIES}},
    "rules": {
        "priced if sold": "qty = 0 OR price IS NOT NULL",
        "explained if high": "score < 990 OR char_length(note) >= 5"}}

CHECKS = ("id IS NOT NULL", "id >= 1", "qty IS NOT NULL", "qty >= 0", "qty <= 1000000",
          "ts IS NOT NULL", "ts >= '2024-01-01'", "ts <= '2025-12-31'", "name IS NOT NULL",
          "char_length(name) >= 1", "char_length(name) <= 60", "price >= 0", "price <= 10000",
          f"note ~ '{NOTE}'", "score >= 0", "score <= 1000", "char_length(city) <= 20",
          f"city IN ({', '.join(map(repr, CITIES))})", *CONTRACT["rules"].values())


def create():
    """Tables of the same columns: free of rules, with a contract, with CHECK constraints."""
    columns = ", ".join(COLUMNS)
    checks = ", ".join(f"CHECK ({check})" for check in CHECKS)
    document = json.dumps(CONTRACT).replace("'", "''")
    sql(f"CREATE TABLE free ({columns});", f"CREATE TABLE ruled ({columns});",
        f"CREATE UNLOGGED TABLE copied_free ({columns});",
        f"CREATE UNLOGGED TABLE copied_checks ({columns}, {checks});",
        f"SELECT ingest.set_contract('ruled', '{document}');")


def bench(mixed):
    """mixed: the rows of the other measurements; all of them satisfy the rules."""
    create()
    table_head(f"{len(CHECKS)} rules on 8 columns: without them (baseline) / with them; 0.8 is a quarter more")
    compare("contract, 1 worker", stage(mixed, 1, "free"), stage(mixed, 1, "ruled"), 0.8)
    compare("contract, 2 workers", stage(mixed, 2, "free"), stage(mixed, 2, "ruled"), 0.8)
    compare("CHECK constraints under COPY", copy_unlogged(mixed, "copied_free"),
            copy_unlogged(mixed, "copied_checks"))
    sql("DROP TABLE free, ruled, copied_free, copied_checks;")
