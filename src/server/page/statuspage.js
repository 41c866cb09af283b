/* Replaces the content of the page by that of a new one, every two seconds. */
"use strict";
(() => {
	const everyMs = 2000, patienceMs = 10000;
	const notice = document.getElementById("notice");
	let renewed = new Date();

	/* A new tlsd may have another style or script, which only a new page can have. */
	const assets = (page) => page.querySelector("style").textContent +
		page.querySelector("script").textContent;

	function show(page) {
		const main = page.querySelector("main");
		if (assets(page) !== assets(document)) {
			location.reload();
			return;
		}
		const focused = document.activeElement.id;
		document.querySelector("main").replaceWith(main);
		document.title = page.title;
		if (focused)
			document.getElementById(focused)?.focus({ preventScroll: true });
		renewed = new Date();
		notice.hidden = true;
	}

	function complain() {
		document.title = "No answer \u2013 tlsd";
		notice.textContent = "No answer: this page is of " + renewed.toLocaleTimeString();
		notice.hidden = false;
	}

	async function renew() {
		try {
			const answer = await fetch(location.href, {
				headers: { Accept: "text/html" },
				cache: "no-store",
				signal: AbortSignal.timeout(patienceMs),
			});
			show(new DOMParser().parseFromString(await answer.text(), "text/html"));
		} catch {
			complain();
		}
		setTimeout(next, everyMs);
	}

	/* A hidden page is renewed when it is shown again, one with selected text when that is
	 * selected no more. */
	function next() {
		if (document.hidden)
			document.addEventListener("visibilitychange", next, { once: true });
		else if (!getSelection().isCollapsed)
			setTimeout(next, everyMs);
		else
			renew();
	}

	setTimeout(next, everyMs);
})();
