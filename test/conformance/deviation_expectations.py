"""deviation_expectations.py: what each deviating file must do: one deviation per file.

EXPECTATIONS: file -> list of Expected.  The first of a file has no options unless the file cannot
mean anything without them: what happens by default is the point.  The second is the option for it.
"""

ORDERS = [('id', 'int'), ('name', 'text'), ('amt', 'numeric')]
AB = [('1', 'a', '1.5'), ('2', 'b', '2.5')]
B = AB[1:]

# SQLSTATEs
UNDEFINED_COLUMN = '42703'
DUPLICATE_COLUMN = '42701'
BAD_STREAM = '22P04'
BAD_CHECKSUM = 'XX001'
NOT_SUPPORTED = '0A000'


class Expected:
    """rows: a list of tuples of texts; rules: of the rows in quarantine; error: SQLSTATE."""

    def __init__(self, rows=None, rules=(), ignored=0, error=None, columns=None, options=None,
                 setup='RESET ALL;'):
        self.rows = rows if rows is not None else []
        self.rules = list(rules)
        self.ignored = ignored
        self.error = error
        self.columns = columns or ORDERS
        self.options = options or {}
        self.setup = setup


def _orders(count):
    """The rows of the compressed files, by the formula that made them."""
    return [(str(i), 'n%d' % i, '%d.5' % i) for i in range(1, count + 1)]


def _dates(column, dateformat):
    """A table in which one of the four columns of 35_dates.csv is a date, the others text."""
    columns = [(name, 'date' if name == column else 'text') for name in ('d1', 'd2', 'd3', 'd4')]
    rows = [['2024-01-31', '31/01/2024', '01/31/2024', '31.01.2024'],
            ['2024-02-01', '01/02/2024', '02/01/2024', '01.02.2024']]
    position = int(column[1]) - 1
    for row, day in zip(rows, ('2024-01-31', '2024-02-01')):
        row[position] = day
    options = {'dateformat': dateformat} if dateformat else {}
    return Expected([tuple(row) for row in rows], columns=columns, options=options)


def _dates_by_datestyle(datestyle, rows, rules):
    """Without a format a date is what the type's input function reads under the DateStyle."""
    columns = [('d1', 'date'), ('d2', 'date'), ('d3', 'text'), ('d4', 'text')]
    return Expected(rows, rules, columns=columns, setup='SET datestyle = %s;' % datestyle)


def _numbers(server_major):
    """Numbers as PostgreSQL reads them; from version 16 on that includes 0x10 and 1_000."""
    values = ['1', '2', '-3', '4', '1000', 'NaN', 'Infinity', '0.5', '5']
    refused = 4                                     # $5, (5), 5 %, an Arabic digit
    if server_major >= 16:
        values[5:5] = ['16', '1000']
    else:
        refused += 2
    return Expected([(value,) for value in values], ['type'] * refused, columns=[('n', 'numeric')])


def expectations(server_major):
    return {
        # encodings
        '03_utf16be_bom.csv': [Expected([('1', 'é', '1.5'), B[0]])],
        '05_bad_utf8_one_row.csv': [
            Expected([('1', 'ok', '1.5'), ('3', 'c', '3.5')], ['encoding'])],
        '38_nul_byte.csv': [Expected(B, ['encoding'])],
        # line ends
        '08_cr_only.csv': [Expected(AB)],
        '09_mixed_lf_then_crlf.csv': [Expected(AB)],
        '10_stray_cr_in_field.csv': [Expected([('1', 'a\rb', '1.5'), B[0]])],
        '11_embedded_nl.csv': [Expected([('1', 'a\nb', '1.5'), ('2', 'c\r\nd', '2.5')])],
        # number of fields
        '12_short_row.csv': [
            Expected(B, ['missing_columns']),
            Expected([('1', 'a', None), B[0]], options={'null_padding': True})],
        '13_long_row.csv': [Expected(B, ['extra_columns'])],
        # header
        '14_dup_header.csv': [
            Expected(error=DUPLICATE_COLUMN),
            Expected(AB[:1], options={'header': False, 'skip': 1,
                                      'columns': ['id', 'name', 'amt']})],
        '15_missing_header_col.csv': [Expected([], ['extra_columns'] * 2)],
        '17_empty_header_name.csv': [
            Expected(error=UNDEFINED_COLUMN),
            Expected(AB[:1], options={'header': False, 'skip': 1,
                                      'columns': ['id', 'name', 'amt']})],
        '43_header_only.csv': [Expected([])],
        '42_empty.csv': [Expected([])],
        # lines that are no records
        '21_blank_lines.csv': [Expected(AB + [('3', 'c', '3.5')], ignored=4)],
        '22_comment_lines.csv': [
            Expected(error=UNDEFINED_COLUMN),
            Expected(AB, ignored=1, options={'comment': '#'})],
        '23_footer.csv': [Expected(AB, ['type', 'missing_columns'])],
        # quotes
        '24_quote_in_unquoted.csv': [Expected([B[0], ('3', 'c', '3.5')], ['quotes'])],
        '26_text_after_close.csv': [Expected(B, ['quotes'])],
        '27_space_around_quotes.csv': [Expected(B, ['quotes'])],
        '29_unterminated_eof.csv': [
            Expected([AB[0], ('3', 'c', '3.5'), ('4', 'd', '4.5')], ['quotes'])],
        '30_backslash_escape.csv': [
            Expected([('2', 'c\\\\', '2.5')], ['quotes']),
            Expected([('1', 'a"b', '1.5'), ('2', 'c\\', '2.5')], options={'escape': '\\'})],
        '31_single_quote.csv': [
            Expected([('2', "'b'", '2.5')], ['extra_columns']),
            Expected([('1', 'a,b', '1.5'), B[0]], options={'quote': "'"})],
        '49_smart_quotes.csv': [Expected(B, ['extra_columns'])],
        # delimiters
        '45_pipe.csv': [Expected(error=UNDEFINED_COLUMN),
                        Expected(AB, options={'delimiter': '|'})],
        '48_multichar_delim.csv': [Expected(error=UNDEFINED_COLUMN),
                                   Expected(AB, options={'delimiter': '||'})],
        # values
        '32_null_markers.csv': [
            Expected([('1', 'NULL', '1.5'), ('2', '\\N', '2.5'), ('4', None, None),
                      ('5', '', '5.5')], ['type']),
            Expected([('1', None, '1.5'), ('2', None, '2.5'), ('3', None, None), ('4', None, None),
                      ('5', '', '5.5')], options={'null': ['', 'NULL', '\\N', 'NA', 'N/A']})],
        '33_thousands.csv': [
            Expected([], ['type'] * 2),
            Expected([('1', 'a', '1234.56'), ('2', 'b', '2000')], options={'thousands': ','})],
        '35_dates.csv': [
            _dates('d1', None), _dates('d2', '%d/%m/%Y'), _dates('d3', '%m/%d/%Y'),
            _dates('d4', '%d.%m.%Y'),
            _dates_by_datestyle('ISO, DMY', [
                ('2024-01-31', '2024-01-31', '01/31/2024', '31.01.2024'),
                ('2024-02-01', '2024-02-01', '02/01/2024', '01.02.2024')], []),
            _dates_by_datestyle('ISO, MDY', [
                ('2024-02-01', '2024-01-02', '02/01/2024', '01.02.2024')], ['type'])],
        '50_numeric_forms.csv': [_numbers(server_major)],
        # compression
        '61_multimember.csv.gz': [Expected(_orders(20000))],
        '62_truncated.csv.gz': [Expected(error=BAD_STREAM)],
        '65_crc_bad.csv.gz': [Expected(error=BAD_CHECKSUM)],
        '67_ok.csv.xz': [Expected(error=NOT_SUPPORTED)],
        '68_ok.csv.zst': [Expected(_orders(20000))],
        '69_truncated.csv.zst': [Expected(error=BAD_STREAM)],
        # two whole files in one: the second header is a row like any other, and a bad one
        '70_two_frames.csv.zst': [Expected(_orders(20000) * 2, ['type'])],
        '71_gz_named_csv.csv': [Expected(_orders(20000))],
    }
