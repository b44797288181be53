/* What stands in the office, each thing drawn in a square of 100 × 100. */
export const office = {
	'Label printer': `<path d="M20 34h60c4 0 6 3 6 7v33c0 4-3 7-7 7H21c-4 0-7-3-7-7V41c0-4 2-7 6-7z" fill="#3b4a57"/><path d="M24 34c2-14 50-14 52 0z" fill="#536472"/><rect x="26" y="46" width="48" height="6" rx="2" fill="#1c252c"/>
		<path d="M32 49h36v38l-4 3-4-3-4 3-4-3-4 3-4-3-4 3-4-3-4 3z" fill="#fff"/><path d="M37 58v16M40 58v16M44 58v16M47 58v16M52 58v16M54 58v16M59 58v16M63 58v16" stroke="#111" stroke-width="1.8"/><circle cx="79" cy="44" r="2.6" fill="#2ecc71"/>`,
	'Monitor 27"': `<rect x="8" y="18" width="84" height="50" rx="4" fill="#22272c"/><rect x="12" y="22" width="76" height="42" fill="#2e86c1"/><path d="M12 56l18-18 14 14 16-22 28 30v4H12z" fill="#1b5e87"/><circle cx="74" cy="32" r="5" fill="#f9e79f"/>
		<path d="M44 68h12l3 12H41z" fill="#4a535b"/><rect x="30" y="80" width="40" height="5" rx="2.5" fill="#343b41"/>`,
	'Docking station': `<path d="M10 46h80l6 10v18c0 2-2 4-4 4H8c-2 0-4-2-4-4V56z" fill="#5d6d7e"/><path d="M10 46h80l6 10H4z" fill="#85929e"/><rect x="12" y="62" width="12" height="8" rx="1" fill="#17202a"/><rect x="28" y="62" width="12" height="8" rx="1" fill="#17202a"/>
		<rect x="44" y="63" width="9" height="5" rx="2.5" fill="#17202a"/><rect x="57" y="63" width="9" height="5" rx="2.5" fill="#17202a"/><circle cx="76" cy="66" r="4" fill="#17202a"/><circle cx="87" cy="66" r="2.6" fill="#3498db"/>
		<path d="M14 63h8v2h-8zM30 63h8v2h-8z" fill="#3498db"/><path d="M48 46c0-18 10-22 26-24" fill="none" stroke="#2c3e50" stroke-width="4"/>`,
	'Aktenvernichter': `<path d="M22 40h56l-5 48H27z" fill="#7f8c8d"/><rect x="14" y="28" width="72" height="14" rx="4" fill="#2c3e50"/><rect x="26" y="32" width="48" height="3" fill="#0f161c"/><path d="M32 6h36v26H32z" fill="#fff"/><path d="M37 12h26M37 17h26M37 22h18" stroke="#95a5a6" stroke-width="2"/>
		<path d="M32 46l2 32M38 46l-1 34M44 46l2 30M50 46v36M56 46l-2 32M62 46l2 34M67 46l-1 30" stroke="#fdfefe" stroke-width="2.6"/><circle cx="79" cy="35" r="2.4" fill="#e74c3c"/>`,
	'Chair, left arm loose': `<path d="M32 10h36c4 0 6 4 5 8l-6 34H33l-6-34c-1-4 1-8 5-8z" fill="#2e4053"/><rect x="26" y="52" width="48" height="11" rx="5" fill="#1b2631"/><path d="M47 63h6v14h-6z" fill="#7f8c8d"/><path d="M50 76L26 88M50 76l24 12M50 76v12" stroke="#566573" stroke-width="4"/>
		<circle cx="26" cy="89" r="3.6" fill="#17202a"/><circle cx="50" cy="90" r="3.6" fill="#17202a"/><circle cx="74" cy="89" r="3.6" fill="#17202a"/><path d="M74 56h8V42M70 40h16" fill="none" stroke="#566573" stroke-width="4"/>
		<g transform="rotate(-24 20 50)"><path d="M26 56h-8V42M30 40H14" fill="none" stroke="#c0392b" stroke-width="4"/></g>`,
	'ヘッドセット': `<path d="M18 56C14 8 86 8 82 56" fill="none" stroke="#2c3e50" stroke-width="7"/><rect x="10" y="50" width="18" height="28" rx="8" fill="#e74c3c"/><rect x="72" y="50" width="18" height="28" rx="8" fill="#e74c3c"/><rect x="24" y="52" width="7" height="24" rx="3" fill="#1b2631"/>
		<rect x="69" y="52" width="7" height="24" rx="3" fill="#1b2631"/><path d="M20 78c4 10 14 12 26 11" fill="none" stroke="#2c3e50" stroke-width="3"/><rect x="44" y="85" width="13" height="8" rx="4" fill="#1b2631"/>`,
	'键盘': `<rect x="4" y="30" width="92" height="44" rx="5" fill="#d5d8dc"/><rect x="4" y="68" width="92" height="6" rx="3" fill="#aeb6bf"/>
		<path d="M10 39h80M10 49h80M10 59h12" stroke="#fdfefe" stroke-width="7" stroke-dasharray="7 2"/><path d="M28 59h40" stroke="#fdfefe" stroke-width="7"/><path d="M73 59h18" stroke="#fdfefe" stroke-width="7" stroke-dasharray="7 2"/><rect x="10" y="35.5" width="7" height="7" fill="#e74c3c"/>
		<path d="M13 38.500l1 1 2-2" stroke="#fff" stroke-width="1" fill="none"/>`,
	'Камера': `<path d="M10 34h18l6-10h24l6 10h26v46H10z" fill="#2b2f33"/><path d="M10 42h80v24H10z" fill="#4a4f55"/><circle cx="48" cy="55" r="21" fill="#17191c"/><circle cx="48" cy="55" r="15" fill="#2e5f8a"/><circle cx="48" cy="55" r="9" fill="#16324a"/><circle cx="43" cy="49" r="3.6" fill="#d6eaf8"/>
		<rect x="72" y="28" width="12" height="6" rx="2" fill="#c0392b"/><rect x="74" y="46" width="10" height="6" rx="1" fill="#f9e79f"/>`,
	'Cable; USB-C, 2 m': `<circle cx="48" cy="46" r="26" fill="none" stroke="#2c3e50" stroke-width="5"/><circle cx="48" cy="46" r="19" fill="none" stroke="#34495e" stroke-width="5"/><path d="M72 38c14 14 12 30 0 42M26 32C10 44 8 62 18 78" fill="none" stroke="#2c3e50" stroke-width="5"/>
		<g transform="rotate(35 70 82)"><rect x="62" y="78" width="14" height="10" rx="2" fill="#5d6d7e"/><rect x="54" y="80" width="8" height="6" rx="2" fill="#d5d8dc"/></g><g transform="rotate(62 20 80)"><rect x="18" y="75" width="14" height="10" rx="2" fill="#5d6d7e"/><rect x="32" y="77" width="8" height="6" rx="2" fill="#d5d8dc"/></g>
		<rect x="40" y="17" width="16" height="13" rx="2" fill="#e67e22"/>`,
};
