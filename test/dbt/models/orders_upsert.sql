{{ config(incremental_strategy='ingest_upsert', unique_key='id') }}
select id, customer, amount from {{ ref('raw_orders') }}
