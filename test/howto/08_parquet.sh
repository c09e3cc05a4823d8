# shellcheck shell=bash
# 08_parquet.sh: the files of 08_parquet.sql, which Spark would write; $1 is the directory.
for day in 1 2; do
	mkdir -p "$1/data/day=2024-05-0$day"
	"$INGEST_MAKE_PARQUET" "$1/data/day=2024-05-0$day/part-0.parquet" <<-END
		message spark_schema {
		  optional int64 id;
		  optional binary kind (STRING);
		}
		{"id": ${day}1, "kind": "click"}
		{"id": ${day}2, "kind": "view"}
	END
done
touch "$1/data/_SUCCESS"
