{{ config(incremental_strategy='ingest_sync', unique_key='id') }}
select id, customer, amount from {{ ref('raw_orders') }} where customer <> 'gone'
