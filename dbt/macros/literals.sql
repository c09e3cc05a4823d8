{# Values as SQL literals. #}

{% macro literal(value) %}
  {% do return("'" ~ (value | string | replace("'", "''")) ~ "'") %}
{% endmacro %}

{% macro regclass(relation) %}
  {% do return(pg_ingest.literal(relation) ~ '::regclass') %}
{% endmacro %}

{% macro json(value) %}
  {% do return(pg_ingest.literal(tojson(value)) ~ '::jsonb') %}
{% endmacro %}

{# One name or several, or none. #}
{% macro list_of(value) %}
  {% if value is none %}
    {% do return([]) %}
  {% elif value is string %}
    {% do return([value]) %}
  {% endif %}
  {% do return(value) %}
{% endmacro %}

{# null for an empty list. #}
{% macro text_array(values) %}
  {% if values | length == 0 %}
    {% do return('null::text[]') %}
  {% endif %}
  {% set literals = [] %}
  {% for value in values %}
    {% do literals.append(pg_ingest.literal(value)) %}
  {% endfor %}
  {% do return('array[' ~ literals | join(', ') ~ ']') %}
{% endmacro %}
