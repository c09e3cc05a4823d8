{#
  Tests that ingest.contract_to_dbt() writes for what dbt has no test of its own.  NULL passes, as
  in a contract.
#}

{# No row for which the SQL expression is false. #}
{% test ingest_satisfies(model, expression, column_name=none) %}
  select *
    from {{ model }}
   where not ({{ expression }})
{% endtest %}


{# No two rows that agree in all of the columns. #}
{% test ingest_unique(model, columns) %}
  {%- set names = [] -%}
  {%- for column in columns %}{% do names.append(adapter.quote(column)) %}{% endfor %}
  select {{ names | join(', ') }}
    from {{ model }}
   where {{ names | join(' is not null and ') }} is not null
   group by {{ names | join(', ') }}
  having count(*) > 1
{% endtest %}
