"""parquet.py: Parquet files against COPY of the same rows as text, and against our own staging of it."""
import os

from harness import ROWS, RUN, compare, copy_unlogged, make_parquet, sql, stage, table_head


class Shape:
    """A table and a file; columns: (name, type, type in the file, expression of its values in SQL)."""

    def __init__(self, name, rows, columns):
        self.name, self.rows, self.columns = name, rows, columns
        self.csv = f"{RUN}/{name}.csv"
        self.schema = f"{RUN}/{name}.schema"

    def create(self):
        """The tables NAME and copied_NAME, the rows as text, the schema of the file."""
        table = ", ".join(f"{name} {kind}" for name, kind, _, _ in self.columns)
        values = ", ".join(f"{value} AS {name}" for name, _, _, value in self.columns)
        sql(f"CREATE TABLE {self.name} ({table});",
            f"CREATE UNLOGGED TABLE copied_{self.name} ({table});",
            f"COPY (SELECT {values} FROM generate_series(1, {self.rows}) i) TO '{self.csv}' "
            "(FORMAT csv, HEADER);")
        with open(self.schema, "w", encoding="ascii") as file:
            fields = "".join(f"optional {kind[0]} {name}{kind[1]};\n"
                             for name, _, kind, _ in self.columns)
            file.write(f"message {self.name} {{\n{fields}}}\n")


TEXT = ("binary", " (STRING)")
INT32 = ("int32", "")
INT64 = ("int64", "")
DOUBLE = ("double", "")
DECIMAL = ("int64", " (DECIMAL(12,2))")


def strings():
    """10 columns of text, 5 to 200 bytes: five whose values repeat, five whose do not."""
    digits = "repeat(md5((random() * 1e9)::text), 7)"
    columns = [(f"t{n}", "text", TEXT, f"substr({digits}, 1, 5 + (random() * 195)::int)")
               for n in range(5)]
    columns += [(f"d{n}", "text", TEXT, f"substr(repeat(md5(({n} + i::bigint * 7919 % {distinct})::text), 7),"
                                        f" 1, (5 + i::bigint * 7919 % {distinct} % 196)::int)")
                for n, distinct in enumerate((5, 50, 500, 5000, 20000))]
    return Shape("strings", ROWS // 5, columns)


def numbers():
    """60 columns of numbers."""
    kinds = (("integer", INT32, "(random() * 2e9)::int"), ("bigint", INT64, "i::bigint * 1000003 + {n}"),
             ("float8", DOUBLE, "random() * 1000"),
             ("numeric(12,2)", DECIMAL, "(random() * 1e6)::numeric(12,2)"))
    columns = [(f"c{n}", kinds[n % 4][0], kinds[n % 4][1], kinds[n % 4][2].format(n=n))
               for n in range(60)]
    return Shape("numbers", ROWS // 10, columns)


def compare_codecs(name, csv, target, *options):
    """One file with each codec: against COPY of the text, our staging of the text, two workers."""
    for codec in ("snappy", "zstd"):
        path = make_parquet(f"{RUN}/{name}_{codec}.parquet", "--codec", codec, "--from-csv", csv,
                            *options)
        copied = "copied" if target == "target" else f"copied_{target}"
        compare(f"{name}: 1 worker, {codec} / COPY of the text", copy_unlogged(csv, copied),
                stage(path, 1, target), 7)
        compare(f"{name}: 1 worker, {codec} / the text with 1 worker", stage(csv, 1, target),
                stage(path, 1, target), 1)
        compare(f"{name}: 2 workers, {codec} / 1 worker", stage(path, 1, target),
                stage(path, 2, target), 1.4)
        os.unlink(path)


def bench(mixed):
    """mixed: the rows of the other measurements as text."""
    table_head("Parquet: the 8 mixed columns, 10 columns of text, 60 columns of numbers")
    compare_codecs("mixed", mixed, "target")
    for shape in (strings(), numbers()):
        shape.create()
        compare_codecs(shape.name, shape.csv, shape.name, "--schema", shape.schema)
        os.unlink(shape.csv)
