-- what the files are loaded into
{{ config(
    materialized='ingest_files',
    files=var('inbox') ~ '/orders-*.csv',
    ingest_options={'chunk_size': '64kB'},
    contract={'enforced': true},
    post_hook=('select 1 / 0' if var('fail') else 'select 1')
) }}
select null::bigint as id, null::text as customer, null::numeric(10,2) as amount,
       null::timestamptz as updated_at
