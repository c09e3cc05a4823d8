{{ config(incremental_strategy='ingest_scd2', unique_key='id') }}
select id, customer, amount, updated_at as valid_from, {{ pg_ingest.scd2_columns() }}
  from {{ ref('raw_orders') }}
