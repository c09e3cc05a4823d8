{#
  Loading files: as a statement, as an operation, and as a model.
#}

{# The statement that loads files into a relation. #}
{% macro load_sql(target, source, unique_key=none, strategy=none, options=none) %}
  {% set sql %}
    select *
      from ingest.load(
        target => {{ pg_ingest.regclass(target) }},
        source => {{ pg_ingest.literal(source) }},
        unique_key => {{ pg_ingest.text_array(pg_ingest.list_of(unique_key)) }},
        strategy => {{ 'null' if strategy is none else pg_ingest.literal(strategy) }},
        options => {{ pg_ingest.json(options or {}) }})
  {% endset %}
  {% do return(sql) %}
{% endmacro %}


{# Says what a load did; result is its row. #}
{% macro log_load(target, result) %}
  {% do log(target ~ ': ' ~ result['status'] ~ ', ' ~ result['files_loaded'] ~ ' files, '
            ~ result['rows_read'] ~ ' rows read, ' ~ result['rows_quarantined'] ~ ' in quarantine, '
            ~ result['rows_inserted'] ~ ' inserted, ' ~ result['rows_updated'] ~ ' updated, '
            ~ result['rows_deleted'] ~ ' deleted', info=true) %}
{% endmacro %}


{#
  dbt run-operation ingest_load --args '{target: raw.orders, source: /data/inbox/*.csv}'

  In a transaction of its own; arguments are those of ingest.load.
#}
{% macro ingest_load(target, source, unique_key=none, strategy=none, options=none) %}
  {% call statement('ingest_load', fetch_result=true, auto_begin=true) %}
    {{ pg_ingest.load_sql(target, source, unique_key, strategy, options) }}
  {% endcall %}
  {% do pg_ingest.log_load(target, load_result('ingest_load')['table'].rows[0]) %}
  {% do adapter.commit() %}
{% endmacro %}


{#
  A model whose rows are files: config "files" is the source of ingest.load, "unique_key",
  "ingest_strategy" and "ingest_options" are its other arguments.  The query of the model says what
  the table looks like, its rows do not matter.  The table is made by the first run, or anew with
  --full-refresh, and loaded by each, in the transaction of the model.
#}
{% materialization ingest_files, adapter='postgres' %}
  {%- set existing = load_cached_relation(this) -%}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- set grant_config = config.get('grants') -%}
  {%- set makes_table = existing is none or not existing.is_table or should_full_refresh() -%}

  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}

  {% if makes_table %}
    {% if existing is not none %}
      {% do adapter.drop_relation(existing) %}
    {% endif %}
    {% call statement('create') %}
      {{ get_create_table_as_sql(False, target_relation, 'select * from (' ~ sql ~ ') as shape where false') }}
    {% endcall %}
    {% do create_indexes(target_relation) %}
  {% endif %}

  {% call statement('main', fetch_result=true) %}
    {{ pg_ingest.load_sql(target_relation, config.require('files'), config.get('unique_key'),
                          config.get('ingest_strategy'), config.get('ingest_options')) }}
  {% endcall %}
  {% do pg_ingest.log_load(target_relation, load_result('main')['table'].rows[0]) %}

  {% do apply_grants(target_relation, grant_config, should_revoke=should_revoke(existing, makes_table)) %}
  {% do persist_docs(target_relation, model) %}
  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {% do adapter.commit() %}
  {{ run_hooks(post_hooks, inside_transaction=False) }}

  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
