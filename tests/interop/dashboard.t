#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The pages of the dashboard in Chromium: four widths, light and dark, by keyboard, under the policy that they go with.
# They are those that the unit test makes of a store of its own.  With INTOTO_SCREENSHOTS=FOLDER pictures are left there.
. "${INTOTO_SOURCE:-$(dirname "$0")/../..}/tests/lib/tap.sh"
. "$INTOTO_SOURCE/tests/lib/chain.sh"
. "$INTOTO_SOURCE/tests/report/release.sh"
. "$INTOTO_SOURCE/tests/interop/browser.sh"

maker=$INTOTO_BUILD/tests/unit/report_pages
[ -x "$maker" ] || skip_all 'the maker of the pages is not built'
browser_find || skip_all "$browser_missing"

ok 'makes a release' release_make
ok 'packs it' intoto archive pack -o app.itar --layout root.layout --verification-keys owner.pem.pub --link-dir links \
	--signing-key owner.pem --product app --release 1.4.0 --even-if-refused
mkdir pages
ok 'makes the pages' env INTOTO_PAGES="$PWD/pages" INTOTO_ARCHIVE="$PWD/app.itar" "$maker"
cat >serve.py <<-'END'
	import http.server
	names = {"/": "index", "/entry/abcd": "entry", "/release/abcd": "release", "/style.css": "style"}
	policy = open("pages/policy").read()
	class Handler(http.server.BaseHTTPRequestHandler):
	    def do_GET(self):
	        path = self.path.split("?")[0]
	        name = names.get(path, path[1:])
	        if path != "/" and "/" in name: return self.send_error(404)
	        kind = "css" if name == "style" else "html"
	        try: body = open("pages/%s.%s" % (name, kind), "rb").read()
	        except OSError: return self.send_error(404)
	        self.send_response(200)
	        self.send_header("Content-Type", "text/%s; charset=utf-8" % kind)
	        self.send_header("Content-Security-Policy", policy)
	        self.send_header("X-Content-Type-Options", "nosniff")
	        self.end_headers()
	        self.wfile.write(body)
	    def log_message(self, *arguments): pass
	server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
	print(server.server_address[1], flush=True)
	server.serve_forever()
END
python3 serve.py >port 2>serve.log &
trap "kill $! 2>/dev/null" EXIT
for _ in {1..100}; do [ -s port ] && break; sleep 0.05; done
at=http://127.0.0.1:$(cat port)
browser_look "overview=$at/" "releases=$at/releases" "search=$at/search?name=app" "affected=$at/affected?what=CVE-2023-45853" \
	"expiring=$at/expiring" "entry=$at/entry/abcd" "release=$at/release/abcd"
done_testing
