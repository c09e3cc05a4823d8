-- the table is partitioned, which dbt cannot do: it is there before
{{ config(incremental_strategy='ingest_replace_partitions') }}
select id, customer, updated_at from {{ ref('raw_orders') }}
