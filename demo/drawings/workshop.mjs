/* What is kept in the workshop, each thing drawn in a square of 100 × 100. */
export const workshop = {
	'Torque wrench': `<g transform="rotate(-38 50 50)"><rect x="30" y="45" width="38" height="8" rx="2" fill="#aeb8c2"/>
		<rect x="4" y="43" width="28" height="12" rx="5" fill="#c8372d"/><path d="M9 43v12M14 43v12M19 43v12" stroke="#8d1f17" stroke-width="2"/>
		<circle cx="76" cy="49" r="13" fill="#8794a1"/><circle cx="76" cy="49" r="9" fill="#c9d2da"/><rect x="72" y="45" width="8" height="8" fill="#4b5661"/>
		<path d="M42 47h16M42 50h10" stroke="#4b5661" stroke-width="1"/></g>`,
	'Hammer, claw': `<g transform="rotate(35 50 50)"><rect x="46" y="26" width="9" height="62" rx="4" fill="#b97a3d"/>
		<rect x="45" y="60" width="11" height="29" rx="5" fill="#2f4858"/><rect x="42" y="16" width="17" height="16" rx="2" fill="#5b6670"/>
		<rect x="59" y="18" width="10" height="12" fill="#78848f"/><rect x="69" y="15" width="6" height="18" rx="2" fill="#98a4ae"/>
		<path d="M42 17C30 15 20 21 16 34l4 1C26 27 33 26 42 29z" fill="#78848f"/></g>`,
	'3/8" socket set': `<rect x="10" y="24" width="80" height="54" rx="6" fill="#b3261e"/><rect x="15" y="29" width="70" height="44" rx="3" fill="#32383e"/>
		<g fill="#c3ccd4" stroke="#7a858f" stroke-width="1.5"><circle cx="24" cy="41" r="5"/><circle cx="37" cy="41" r="5.6"/><circle cx="51" cy="41" r="6.3"/>
		<circle cx="66" cy="41" r="7"/></g><g fill="#32383e"><circle cx="24" cy="41" r="2.4"/><circle cx="37" cy="41" r="2.8"/><circle cx="51" cy="41" r="3.2"/>
		<circle cx="66" cy="41" r="3.7"/></g><path d="M25 61h36" stroke="#c3ccd4" stroke-width="6" stroke-linecap="round"/><circle cx="67" cy="61" r="8" fill="#c3ccd4"/>
		<circle cx="67" cy="61" r="3" fill="#5b6670"/>`,
	'Cordless drill': `<rect x="24" y="24" width="46" height="22" rx="9" fill="#1f8a70"/><rect x="69" y="28" width="9" height="14" rx="2" fill="#343b41"/>
		<path d="M78 31h6v8h-6z" fill="#6a757f"/><path d="M84 34h12l-2 2H84z" fill="#aab4bd"/><path d="M30 44h16l5 30H33z" fill="#176b57"/>
		<rect x="25" y="72" width="34" height="14" rx="3" fill="#343b41"/><path d="M47 47h7l-1 9h-5z" fill="#d9a404"/><path d="M32 31h18M32 35h18" stroke="#0f4a3c" stroke-width="2"/>`,
	'Spirit level 60 cm': `<g transform="rotate(-12 50 50)"><rect x="3" y="40" width="94" height="20" rx="2" fill="#f0b429"/><rect x="3" y="44" width="94" height="3" fill="#c98d0a"/>
		<rect x="36" y="43" width="28" height="14" rx="6" fill="#d7f26b" stroke="#5f6c1f" stroke-width="1.5"/><ellipse cx="50" cy="49" rx="6" ry="4" fill="#f6fdd8"/>
		<path d="M43 43v14M57 43v14" stroke="#333" stroke-width="1.4"/><circle cx="15" cy="51" r="6" fill="#d7f26b" stroke="#5f6c1f" stroke-width="1.5"/>
		<circle cx="85" cy="51" r="6" fill="#d7f26b" stroke="#5f6c1f" stroke-width="1.5"/></g>`,
	'Schraubstock': `<path d="M20 84h60v-8H68V62H32v14H20z" fill="#2d4a63"/><path d="M14 42h40v20H26c-8 0-12-6-12-20z" fill="#3d6385"/>
		<path d="M60 42h18v20H60z" fill="#34567a"/><rect x="14" y="34" width="8" height="16" fill="#9aa6b1" transform="translate(38 -2)"/><rect x="60" y="32" width="8" height="16" fill="#9aa6b1"/>
		<rect x="78" y="49" width="12" height="6" fill="#7d8993"/><rect x="88" y="36" width="4" height="32" rx="2" fill="#aab4bd"/><circle cx="90" cy="36" r="3" fill="#6a757f"/><circle cx="90" cy="68" r="3" fill="#6a757f"/>`,
	'Clé à molette': `<g transform="rotate(40 50 50)"><path d="M44 34h12l3 54a9 9 0 0 1-18 0z" fill="#9aa7b3"/><path d="M46 44h8l2 38h-12z" fill="#7b8894"/>
		<path d="M30 8l12 6v12h18l8 6-8 10H40L30 30z" fill="#b6c1cb"/><path d="M60 12l8-5 3 12-3 11h-8z" fill="#8b98a4"/>
		<rect x="56" y="30" width="8" height="10" rx="1" fill="#5b6670"/><path d="M56 33h8M56 36h8" stroke="#cfd7de" stroke-width="1"/><circle cx="50" cy="86" r="3.4" fill="#fff"/></g>`,
	'Ключ гаечный': `<g transform="rotate(45 50 50)" fill="#8c99a5"><rect x="44" y="24" width="12" height="54"/><path d="M50 2a18 18 0 0 0-16 26l10 6h12l10-6A18 18 0 0 0 58 4v14l-8 5-8-5V4z"/>
		<circle cx="50" cy="82" r="15"/><path d="M50 72l9 5v10l-9 5-9-5V77z" fill="#f7f3ea"/><rect x="47.5" y="34" width="5" height="34" rx="2" fill="#6c7883"/></g>`,
	'かんな': `<path d="M8 58l70-14 14 8v14L22 82 8 74z" fill="#d9a766"/><path d="M8 58l14 8v16L8 74z" fill="#b98244"/><path d="M22 66l70-14v14L22 82z" fill="#c99453"/>
		<path d="M46 51l12-3 5 9-12 3z" fill="#4f3a1d"/><path d="M54 28l14-4-8 30-9 2z" fill="#7f8b97"/><path d="M54 28l14-4-2 8-14 4z" fill="#aab6c1"/>
		<path d="M46 53c-8-14-22-10-20-2s14 6 12-2" fill="none" stroke="#f1d9ac" stroke-width="4"/>`,
};
