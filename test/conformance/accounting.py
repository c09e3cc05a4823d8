"""accounting.py: is every line of a file loaded, in quarantine, ignored or skipped?

Lines are counted here from the bytes, without any help from the extension.
"""

END_OF_FILE = b'\x1a'       # old DOS programs write it behind the last line; it is no line


def newline_of(data):
    """The line end: of old Macs only where there is no other."""
    return b'\r' if b'\n' not in data and b'\r' in data else b'\n'


def count_lines(data):
    newline = newline_of(data)
    data = data.removesuffix(END_OF_FILE)
    return data.count(newline) + (data != b'' and not data.endswith(newline))


def raw_bytes(bad):
    """The raw bytes of a row in quarantine, of a file in UTF-8."""
    if bad['raw_line'] is not None:
        return bad['raw_line'].encode()
    return bytes.fromhex(bad['raw_bytes'][2:])


def unaccounted_lines(data, skipped, outcome):
    """Lines of the file that are in no account; skipped: those of header and preamble.

    A loaded row has one line and as many more as line ends in its values.
    """
    newline = newline_of(data)
    lines = count_lines(data)
    loaded = sum(1 + sum((value or '').count(newline.decode()) for value in row)
                 for row in outcome.rows)
    quarantined = sum(1 + raw_bytes(bad).count(newline) for bad in outcome.bad)
    by_rows = min(skipped, lines) + loaded + quarantined + outcome.result['rows_ignored']
    by_manifest = 0
    if outcome.chunks:
        by_manifest = (outcome.chunks[0]['first_line'] - 1
                       + sum(chunk['lines'] for chunk in outcome.chunks))
    return max(abs(lines - by_rows), abs(lines - by_manifest))


def false_evidence(data, outcome):
    """Rows in quarantine whose bytes are not in the file where the quarantine says."""
    newline = newline_of(data)
    false = 0
    for bad in outcome.bad:
        start, raw = bad['byte_offset'], raw_bytes(bad)
        here = data[start:start + bad['byte_length']]
        line_no = data[:start].count(newline) + 1
        if bad['errors'][0]['rule'] == 'line_too_long':     # only the head is kept
            here = here[:len(raw)]
        false += here != raw or line_no != bad['line_no']
    return false
