{% macro get_incremental_ingest_upsert_sql(arg_dict) %}
  {% do return(pg_ingest.get_incremental_ingest_upsert_sql(arg_dict)) %}
{% endmacro %}
{% macro get_incremental_ingest_sync_sql(arg_dict) %}
  {% do return(pg_ingest.get_incremental_ingest_sync_sql(arg_dict)) %}
{% endmacro %}
{% macro get_incremental_ingest_scd2_sql(arg_dict) %}
  {% do return(pg_ingest.get_incremental_ingest_scd2_sql(arg_dict)) %}
{% endmacro %}
{% macro get_incremental_ingest_replace_partitions_sql(arg_dict) %}
  {% do return(pg_ingest.get_incremental_ingest_replace_partitions_sql(arg_dict)) %}
{% endmacro %}
