{{ config(incremental_strategy='ingest_upsert', unique_key='id', merge_exclude_columns=['first_amount']) }}
select id, customer, amount as first_amount from {{ ref('raw_orders') }}
