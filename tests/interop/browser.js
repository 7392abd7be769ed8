// SPDX-License-Identifier: Apache-2.0
// Looks at pages in a real browser, as TAP lines without numbers ("ok - ...", "not ok - ...").
//
//	node browser.js CHROMIUM SHOTS NAME=URL...
//
// Of each page, at four widths, light and dark: nothing is cut off or loaded from elsewhere, no policy is hurt,
// text has contrast, the keyboard reaches every link; a picture of it is left in SHOTS.
'use strict';
const { chromium } = require('playwright-core');
const [, , executablePath, shots, ...pages] = process.argv;
const widths = [360, 768, 1280, 1920];
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
	'--disable-background-networking', '--disable-component-update', '--disable-sync'];

function say(good, sentence, detail) {
	console.log(`${good ? 'ok' : 'not ok'} - ${sentence}`);
	if (!good) console.log(`# ${JSON.stringify(detail).slice(0, 1000)}`);
}

// In the page: what sticks out of it on the right, beside what can be scrolled.
function sticking() {
	const out = [];
	for (const e of document.querySelectorAll('body *')) {
		const box = e.getBoundingClientRect();
		if (!box.width || box.right <= innerWidth + 1) continue;
		if (e.closest('.scroll') || e.closest('thead') || getComputedStyle(e).position === 'absolute') continue;
		out.push(e.outerHTML.slice(0, 100));
	}
	if (document.documentElement.scrollWidth > innerWidth) out.push('the page scrolls sideways');
	return out;
}

// In the page: texts whose contrast is below 4.5 to 1 (WCAG 2.1, 1.4.3).
function pale() {
	const parse = (c) => { const n = c.match(/[\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n; };
	const light = (c) => {
		const [r, g, b] = c.map((v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const behind = (e) => {
		const box = e.closest && e.closest('svg') && e.closest('a') && e.closest('a').querySelector('rect');
		if (box) return parse(getComputedStyle(box).fill);
		for (; e; e = e.parentElement) {
			const c = parse(getComputedStyle(e).backgroundColor);
			if (c[3] > 0) return c;
		}
		return [255, 255, 255, 1];
	};
	const out = [];
	const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	for (let n = walker.nextNode(); n; n = walker.nextNode()) {
		const e = n.parentElement;
		if (!n.data.trim() || /^(title|style)$/i.test(e.tagName)) continue;
		const style = getComputedStyle(e);
		const a = light(parse(e instanceof SVGElement ? style.fill : style.color).slice(0, 3));
		const b = light(behind(e).slice(0, 3));
		const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
		if (ratio < 4.5) out.push([n.data.trim().slice(0, 40), ratio.toFixed(2)]);
	}
	return out;
}

// In the page: names that a screen reader needs.
function unnamed() {
	const out = [];
	if (!document.title) out.push('title');
	if (!document.documentElement.lang) out.push('lang');
	if (document.querySelectorAll('h1').length !== 1) out.push('h1');
	if (!document.querySelector('main')) out.push('main');
	for (const a of document.querySelectorAll('a'))
		if (!a.textContent.trim() && !a.querySelector('title')) out.push(a.outerHTML.slice(0, 80));
	for (const t of document.querySelectorAll('table')) if (!t.querySelector('th[scope=col]')) out.push('table without heads');
	for (const i of document.querySelectorAll('input,select'))
		if (!i.closest('label') && !i.getAttribute('aria-label')) out.push(i.outerHTML.slice(0, 80));
	let last = 1;
	for (const h of document.querySelectorAll('h1,h2,h3,h4')) {
		const level = Number(h.tagName[1]);
		if (level > last + 1) out.push(`${h.tagName} behind H${last}: ${h.textContent.slice(0, 40)}`);
		last = level;
	}
	return out;
}

async function look(browser, name, url, width, scheme) {
	const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme,
		reducedMotion: 'reduce', ignoreHTTPSErrors: true });
	const page = await context.newPage();
	const trouble = [];
	const origin = url.startsWith('file:') ? url : new URL(url).origin;
	page.on('console', (m) => { if (!/favicon/.test(m.text())) trouble.push(m.text()); });
	page.on('pageerror', (e) => trouble.push(String(e)));
	page.on('dialog', (d) => { trouble.push(`dialog: ${d.message()}`); d.dismiss(); });
	page.on('request', (r) => { if (!r.url().startsWith(origin)) trouble.push(`asks ${r.url()}`); });
	await page.goto(url);
	const wide = await page.evaluate(sticking);
	say(!wide.length, `${name}, ${width} pixels, ${scheme}: nothing is cut off`, wide);
	const dim = await page.evaluate(pale);
	say(!dim.length, `${name}, ${width} pixels, ${scheme}: every text has contrast`, dim);
	await page.screenshot({ path: `${shots}/${name}-${width}-${scheme}.png` });
	await page.screenshot({ path: `${shots}/${name}-${width}-${scheme}-whole.png`, fullPage: true });
	say(!trouble.length, `${name}, ${width} pixels, ${scheme}: no policy is hurt, nothing is loaded`, trouble);
	await context.close();
}

async function by_keyboard(browser, name, url) {
	const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce', ignoreHTTPSErrors: true });
	const page = await context.newPage();
	await page.goto(url);
	await page.keyboard.press('Tab');
	const first = await page.evaluate(() => [document.activeElement.className, document.activeElement.getBoundingClientRect().left]);
	say(first[0] === 'skip' && first[1] >= 0, `${name}: the first key leads past the navigation, and shows itself`, first);
	const wanted = await page.evaluate(() => [...document.querySelectorAll('a[href],button,input,select,summary')]
		.filter((e) => e.checkVisibility()).length);
	const met = new Set();
	const unseen = [];
	for (let i = 0; i < wanted + 60 && met.size < wanted; i++) {
		const [id, outline, text] = await page.evaluate(() => {
			const e = document.activeElement;
			window.order = window.order || new Map();
			if (!window.order.has(e)) window.order.set(e, window.order.size);
			const s = getComputedStyle(e);
			const box = e.querySelector && e.querySelector('rect.box');
			const seen = s.outlineStyle !== 'none' || (box && parseFloat(getComputedStyle(box).strokeWidth) > 2);
			return [e.matches('a[href],button,input,select,summary') ? window.order.get(e) : -1, seen, e.textContent.slice(0, 30)];
		});
		if (id >= 0) { met.add(id); if (!outline) unseen.push(text); }
		await page.keyboard.press('Tab');
	}
	say(met.size === wanted, `${name}: the keyboard reaches all ${wanted} places`, [met.size, wanted]);
	say(!unseen.length, `${name}: and one sees where it is`, unseen);
	const names = await page.evaluate(unnamed);
	say(!names.length, `${name}: everything has a name for who does not see it`, names);
	await context.close();
}

(async () => {
	const browser = await chromium.launch({ executablePath, args: flags });
	for (const pair of pages) {
		const name = pair.slice(0, pair.indexOf('='));
		const url = pair.slice(pair.indexOf('=') + 1);
		for (const scheme of ['light', 'dark']) for (const width of widths) await look(browser, name, url, width, scheme);
		await by_keyboard(browser, name, url);
		if (url.startsWith('file:')) {
			const context = await browser.newContext({ javaScriptEnabled: false });
			const page = await context.newPage();
			await page.goto(url);
			const pdf = await page.pdf({ path: `${shots}/${name}.pdf`, format: 'A4' });
			say(pdf.length > 10000 && pdf.subarray(0, 5).toString() === '%PDF-', `${name}: prints`, pdf.length);
			await context.close();
		}
	}
	await browser.close();
})().catch((e) => { console.log(`not ok - the browser: ${e}`.split('\n')[0]); process.exit(1); });
