# SPDX-License-Identifier: Apache-2.0
"""Follows every link of every page of a dashboard, from / on, and says what is wrong with what it meets.

    crawl.py URL CERTIFICATE TOKEN [MOST]

Prints one line a page that was met: PATH MEDIA-TYPE BYTES.  Ends with status 1 when a link led nowhere, out of the
dashboard, or to another media type than its path has; more than MOST pages are an error as well.
"""
import base64
import html.parser
import ssl
import sys
import urllib.error
import urllib.parse
import urllib.request

url, certificate, token = sys.argv[1:4]
most = int(sys.argv[4]) if len(sys.argv) > 4 else 400
context = ssl.create_default_context(cafile=certificate)
login = base64.b64encode(("anybody:" + token).encode()).decode()


class Links(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []
        self.anchors = set()
        self.scripts = 0

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in ("href", "src", "action", "data"):
                self.found.append(value)
            if name == "id":
                self.anchors.add(value)
            self.scripts += name.startswith("on")
        self.scripts += tag == "script"


def get(path):
    request = urllib.request.Request(url + path, headers={"Authorization": "Basic " + login})
    with urllib.request.urlopen(request, context=context, timeout=20) as answer:
        return answer.headers.get("Content-Type", ""), answer.read()


def wanted(path):
    if path.startswith("/v1/download/"):
        return None  # what it was put as
    return "text/css; charset=utf-8" if path.endswith(".css") else "text/html; charset=utf-8"


bad = 0
todo, seen = [("/", "the start")], {"/"}
while todo:
    path, origin = todo.pop(0)
    try:
        kind, body = get(path)
    except (urllib.error.URLError, OSError) as why:
        print("%s: %s (on %s)" % (path, why, origin))
        bad += 1
        continue
    print(path, kind, len(body))
    if wanted(path.split("?")[0]) not in (None, kind):
        print("%s: media type %s, wanted %s" % (path, kind, wanted(path.split("?")[0])))
        bad += 1
    if not kind.startswith("text/html") or path.startswith("/v1/"):
        continue
    page = Links()
    page.feed(body.decode("utf-8"))
    if page.scripts:
        print("%s: there is a script" % path)
        bad += 1
    for link in page.found:
        if link.startswith("#"):
            if link[1:] not in page.anchors:
                print("%s: there is no %s on it" % (path, link))
                bad += 1
            continue
        target = urllib.parse.urljoin(url + path, link).split("#")[0]
        if not target.startswith(url + "/"):
            print("%s: leads out, to %s" % (path, link))
            bad += 1
            continue
        target = target[len(url):]
        if target not in seen:
            seen.add(target)
            todo.append((target, path))
    if len(seen) > most:
        sys.exit("more than %d pages" % most)
sys.exit(bad > 0)
