/* SPDX-License-Identifier: Apache-2.0 */
/* The one style sheet: of the report, which carries it inside, and of the dashboard.  Colours have
 * a contrast of 4.5 to 1 at least, in both schemes, and nothing is told by colour alone. */
#include "report/html.h"

/* clang-format off */
#define ROWS(width, table) \
"@media screen and (max-width:" width "){" table "," table " tbody," table " tr," table " td," table " th{display:block;width:100%}\n" \
table " thead{position:absolute;left:-200vw}\n" \
table " tr{border:1px solid var(--line);border-radius:6px;margin:.6rem 0;padding:.3rem .1rem}\n" \
table " td," table " tbody th{border:0;padding:.15rem .7rem;white-space:normal}\n" \
table " td[data-l]{display:grid;grid-template-columns:6.5rem minmax(0,1fr);gap:.6rem}\n" \
table " td[data-l]::before{content:attr(data-l);color:var(--dim);font-size:.875rem}\n" \
table " td[data-l]>*{grid-column:2}" table " td.num{text-align:left}" table " td:empty{display:none}}\n"

static const char *const parts[] = {
":root{color-scheme:light dark;--bg:#fff;--fg:#1c1e21;--dim:#585f69;--line:#d5d9df;--soft:#f5f6f8;"
"--link:#0b57a4;--good:#1b6e32;--good-bg:#e8f5ea;--bad:#b3261e;--bad-bg:#fdeceb;--warn:#855000;"
"--warn-bg:#fff4dc;--none:#585f69;--none-bg:#eceef1;--bar:#0b57a4}\n"
"@media (prefers-color-scheme:dark){:root{--bg:#14161a;--fg:#e7e9ec;--dim:#a6adb8;--line:#3a3f47;"
"--soft:#1d2026;--link:#8ab8f5;--good:#7fd494;--good-bg:#14301c;--bad:#ff9a92;--bad-bg:#3b1715;"
"--warn:#ffca6e;--warn-bg:#33270c;--none:#a6adb8;--none-bg:#282c33;--bar:#8ab8f5}}\n"
"*{box-sizing:border-box}\n"
"html{scroll-padding-top:1rem;-webkit-text-size-adjust:100%}\n"
"body{margin:0;background:var(--bg);color:var(--fg);font:16px/1.5 system-ui,-apple-system,'Segoe UI',"
"Roboto,'Noto Sans','DejaVu Sans',sans-serif;overflow-wrap:anywhere}\n"
"a{color:var(--link);text-underline-offset:.15em}\n"
":focus-visible,input:focus,input:focus-within{outline:3px solid var(--link);outline-offset:2px;border-radius:3px}\n"
".skip{position:absolute;left:-100vw;top:0;background:var(--bg);padding:.6rem 1rem;z-index:2}\n"
".skip:focus{left:0}\n"
"header,main,footer,.top{max-width:84rem;margin:0 auto;padding:0 1rem}\n"
"header{padding-top:1.2rem}\n"
"h1{font-size:1.6rem;line-height:1.25;margin:.2rem 0 .4rem}\n"
"h2{font-size:1.25rem;line-height:1.3;margin:2.4rem 0 .6rem;padding-top:.6rem;border-top:1px solid var(--line)}\n"
"h3{font-size:1.05rem;margin:1.4rem 0 .4rem}\n"
"p{margin:.4rem 0 .8rem;max-width:75ch}\n"
".dim{color:var(--dim)}.small{font-size:.875rem}\n"
"code,.mono{font:.875em/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace}\n"
".digest{white-space:nowrap}\n"
"nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1rem;margin:.6rem 0;padding:0}\n"
"nav a{display:inline-block;padding:.15rem 0}\n"
".badge{display:inline-block;padding:.05rem .55rem;border-radius:1rem;font-size:.875rem;font-weight:600;"
"border:1px solid currentColor;white-space:nowrap;line-height:1.5}\n"
".good{color:var(--good);background:var(--good-bg)}.bad{color:var(--bad);background:var(--bad-bg)}"
".warn{color:var(--warn);background:var(--warn-bg)}.none{color:var(--none);background:var(--none-bg)}\n"
".note{padding:.6rem .9rem;border-left:4px solid currentColor;border-radius:3px;margin:.8rem 0}\n"
".note p{margin:.2rem 0}\n"
".cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.75rem;margin:1rem 0;padding:0;"
"list-style:none}\n"
".cards li{border:1px solid var(--line);border-radius:6px;padding:.6rem .8rem;background:var(--soft)}\n"
".cards b{display:block;font-size:1.45rem;line-height:1.25}\n"
"dl.facts{display:grid;grid-template-columns:minmax(7rem,max-content) 1fr;gap:.2rem 1rem;margin:.6rem 0}\n"
"dl.facts dt{color:var(--dim)}dl.facts dd{margin:0}\n"
".scroll{overflow-x:auto;margin:.5rem 0 1rem}\n"
"table{border-collapse:collapse;width:100%;font-size:.9375rem}\n"
"caption{text-align:left;color:var(--dim);font-size:.875rem;padding:.2rem 0}\n"
"th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid var(--line)}\n"
"th{font-weight:600;white-space:nowrap}thead th{background:var(--soft)}\n"
"td{min-width:7rem}table.wide td{min-width:8.5rem}td.num{min-width:0}\n"
"td.num,th.num{text-align:right;font-variant-numeric:tabular-nums}\n"
"tr:target,section:target>h3,li:target{background:var(--warn-bg)}\n"
"td ul,dd ul{margin:0;padding-left:1.1rem}td p{margin:0}\n"
"details{margin:.5rem 0}summary{cursor:pointer;padding:.25rem 0}\n"
"pre{white-space:pre-wrap;background:var(--soft);border:1px solid var(--line);border-radius:4px;padding:.6rem .8rem;"
"margin:.4rem 0;font:.875em/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace}\n"
".two{display:grid;grid-template-columns:minmax(20rem,30rem) minmax(0,1fr);gap:2rem;align-items:start}\n",
/* the picture */
"svg.chain{max-width:100%;height:auto;display:block}\n"
"svg text{font:13px system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','DejaVu Sans',sans-serif;fill:var(--fg)}\n"
"svg .t{font-weight:600;font-size:14px}svg .s{fill:var(--dim);font-size:12px}\n"
"svg .box{stroke-width:1.5}svg .fg{fill:var(--good-bg);stroke:var(--good)}svg .fb{fill:var(--bad-bg);stroke:var(--bad)}"
"svg .fw{fill:var(--warn-bg);stroke:var(--warn)}svg .fu{fill:var(--none-bg);stroke:var(--none)}\n"
"svg text.tg{fill:var(--good)}svg text.tb{fill:var(--bad)}svg text.tw{fill:var(--warn)}svg text.tu{fill:var(--none)}\n"
"svg .e{fill:none;stroke:var(--dim);stroke-width:1.4}svg .a{fill:var(--dim)}svg .o{stroke-dasharray:3 3}\n"
"svg a:focus-visible .box{stroke-width:4}svg a:hover .t{text-decoration:underline}\n"
"svg.trend{width:100%;height:auto;max-width:60rem;display:block}svg .bg{fill:var(--good)}svg .bb{fill:var(--bad)}"
"svg .bw{fill:var(--warn)}svg .bn{fill:var(--none)}svg .axis{stroke:var(--line)}\n"
/* forms */
"form.search{display:grid;grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr));gap:.7rem;align-items:end;margin:1rem 0}\n"
"form.search label{display:flex;flex-direction:column;font-size:.875rem;color:var(--dim);min-width:0}\n"
"form.search label:only-of-type{grid-column:span 2}\n"
"input,select,button{font:inherit;font-size:1rem;color:var(--fg);width:100%;background:var(--bg);border:1px solid var(--dim);border-radius:4px;"
"padding:.45rem .6rem;min-height:2.75rem;min-width:0}\n"
"::placeholder{color:var(--dim);opacity:1}\n"
"button{background:var(--bar);color:var(--bg);border-color:var(--bar);font-weight:600;cursor:pointer;padding:.45rem 1.1rem}\n"
".page main{padding-top:1rem}\n"
".top{display:flex;flex-wrap:wrap;gap:.2rem 1.5rem;align-items:baseline;padding-top:.7rem;padding-bottom:.4rem}\n"
".top nav ul{margin:0}.bar{border-bottom:1px solid var(--line);background:var(--soft)}\n"
"nav a[aria-current]{font-weight:700;text-decoration:none;color:var(--fg)}\n"
"footer{margin-top:3rem;padding-top:.8rem;padding-bottom:2rem;color:var(--dim);font-size:.875rem}\n",
/* small screens: a row is a block, and each cell says which column it is of */
"@media (max-width:60rem){.two{display:block}}\n"
"@media (max-width:44rem){body{font-size:15px}dl.facts{grid-template-columns:1fr;gap:0}dl.facts dd{margin-bottom:.5rem}svg.trend .s{font-size:24px}}\n"
ROWS("44rem", "table.rows")
ROWS("68rem", "table.wide")
"@media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}\n"
"@media print{@page{margin:15mm}:root{--bg:#fff;--fg:#000;--dim:#444;--line:#999;--soft:#fff;--link:#000;--good:#1b6e32;"
"--good-bg:#fff;--bad:#b3261e;--bad-bg:#fff;--warn:#855000;--warn-bg:#fff;--none:#444;--none-bg:#fff;--bar:#000}\n"
"body{font-size:10pt}nav,.skip,form{display:none}.two{display:block}h2,h3{break-after:avoid}tr,.cards li,svg{break-inside:avoid}"
"thead{display:table-header-group}.scroll{overflow:visible}details>*{display:revert}a{text-decoration:none}"
"svg.chain{max-width:11cm}table{font-size:9pt}tr[id^=member] .digest{font-size:0;white-space:normal}"
"tr[id^=member] .digest::after{content:attr(title);font-size:7pt}}\n"
};
/* clang-format on */

void it_html_style(struct it_buf *out)
{
	for (size_t i = 0; i < IT_COUNT_OF(parts); i++)
		(void)it_buf_add_text(out, parts[i]); /* sticks in out */
}
