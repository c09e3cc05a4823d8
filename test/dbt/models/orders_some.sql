-- of the orders behind the first the amount only is kept up to date; a column that comes later
{{ config(
    incremental_strategy='ingest_upsert',
    unique_key=['id', 'region'],
    merge_update_columns=['amount'],
    incremental_predicates=['DBT_INTERNAL_DEST.id > 1'],
    on_schema_change=var('on_schema_change', 'ignore')
) }}
select id, 'north' as region, customer, amount
       {% if var('with_note') %}, 'note ' || id as note {% endif %}
  from {{ ref('raw_orders') }}
 where id > 1
