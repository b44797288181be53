/* What is kept in the kitchen, each thing drawn in a square of 100 × 100. */
export const kitchen = {
	'炒锅': `<path d="M10 46h66c-2 24-16 34-33 34S12 70 10 46z" fill="#33383d"/><ellipse cx="43" cy="46" rx="33" ry="9" fill="#54606b"/><ellipse cx="43" cy="47" rx="27" ry="6.5" fill="#23272b"/>
		<path d="M72 48l24-14" stroke="#8a5a2b" stroke-width="7" stroke-linecap="round"/><circle cx="36" cy="46" r="4" fill="#6aa84f"/><circle cx="46" cy="48" r="4.5" fill="#e06c3c"/>
		<circle cx="53" cy="45" r="3.4" fill="#f1c232"/><path d="M30 34c-4-6 4-8 0-14M44 34c-4-6 4-8 0-14M58 34c-4-6 4-8 0-14" fill="none" stroke="#b5bdc4" stroke-width="2.4" stroke-linecap="round"/>`,
	'Espresso machine': `<rect x="18" y="16" width="64" height="20" rx="5" fill="#c0392b"/><rect x="18" y="34" width="20" height="42" fill="#a93226"/><rect x="14" y="74" width="72" height="11" rx="3" fill="#7b241c"/>
		<rect x="46" y="36" width="24" height="7" rx="2" fill="#aab4bd"/><path d="M44 42h28v4H44z" fill="#6a757f"/><rect x="70" y="40" width="20" height="5" rx="2.5" fill="#2b2b2b"/>
		<path d="M54 46v12M62 46v12" stroke="#5d3a1a" stroke-width="2.5"/><path d="M48 60h20v6c0 5-4 8-10 8s-10-3-10-8z" fill="#fdfefe"/><circle cx="26" cy="26" r="4" fill="#f7dc6f"/><circle cx="72" cy="26" r="6" fill="#ecf0f1"/><path d="M72 26l3-4" stroke="#333" stroke-width="1.5"/>`,
	'Teapot "Brown Betty"': `<ellipse cx="47" cy="58" rx="30" ry="25" fill="#6b3a1e"/><path d="M74 52c8-2 10-14 20-16l2 6c-8 4-8 20-22 24z" fill="#5c3018"/><path d="M20 46C4 44 4 74 22 72" fill="none" stroke="#5c3018" stroke-width="6"/>
		<path d="M30 37c4-8 30-8 34 0z" fill="#7d4726"/><circle cx="47" cy="28" r="4.5" fill="#8c5430"/><ellipse cx="38" cy="48" rx="8" ry="5" fill="#9a6239" opacity=".8"/><ellipse cx="47" cy="83" rx="18" ry="3" fill="#44230f"/>`,
	'Crêpière': `<ellipse cx="40" cy="56" rx="34" ry="20" fill="#2f3439"/><ellipse cx="40" cy="53" rx="33" ry="18" fill="#4a525a"/><ellipse cx="40" cy="53" rx="27" ry="14" fill="#f0c674"/><path d="M20 50c6-6 14-6 16 0s12 8 18 2" fill="none" stroke="#c98d3a" stroke-width="2.5"/>
		<circle cx="46" cy="46" r="2" fill="#c98d3a"/><circle cx="34" cy="60" r="2.4" fill="#c98d3a"/><path d="M70 46l26-14" stroke="#23272b" stroke-width="6" stroke-linecap="round"/>`,
	'Σαγανάκι': `<ellipse cx="50" cy="60" rx="32" ry="16" fill="#a0522d"/><ellipse cx="50" cy="55" rx="32" ry="15" fill="#c76b3a"/><ellipse cx="50" cy="55" rx="26" ry="11" fill="#6e3517"/>
		<path d="M30 54l22-8 20 8-22 8z" fill="#ffd76a"/><path d="M36 54l14-5 13 5-13 5z" fill="#f0b63c"/><path d="M18 52c-10-2-12 10-1 10M82 52c10-2 12 10 1 10" fill="none" stroke="#8b4513" stroke-width="5"/>
		<path d="M62 40a10 10 0 0 1 20 0z" fill="#f4e04d" transform="rotate(20 72 40)"/><path d="M66 38l12 0" stroke="#fff8c4" stroke-width="1.5"/>`,
	'หม้อหุงข้าว': `<path d="M22 42h56v32c0 6-6 10-12 10H34c-6 0-12-4-12-10z" fill="#f4f6f7"/><path d="M22 42c2-16 54-16 56 0z" fill="#e8a0b4"/><circle cx="50" cy="27" r="4" fill="#c2607c"/><rect x="18" y="40" width="64" height="5" rx="2.5" fill="#c2607c"/>
		<path d="M12 50h10v6H12zM78 50h10v6H78z" fill="#c2607c"/><rect x="42" y="62" width="16" height="12" rx="3" fill="#d5d8dc"/><circle cx="50" cy="68" r="3" fill="#e74c3c"/><path d="M32 56c4 6 10 6 12 0M56 56c4 6 10 6 12 0" fill="none" stroke="#e8a0b4" stroke-width="2"/>`,
	'Rice cooker 1,8 l': `<rect x="18" y="36" width="64" height="46" rx="12" fill="#2c3e50"/><path d="M20 42c0-24 60-24 60 0z" fill="#aab7b8"/><rect x="34" y="20" width="32" height="6" rx="3" fill="#34495e"/>
		<rect x="34" y="48" width="32" height="14" rx="3" fill="#a3e4d7"/><path d="M40 52v6M46 52h5v3h-5v3h5M56 52v6" stroke="#145a47" stroke-width="1.6" fill="none"/><circle cx="40" cy="71" r="3.4" fill="#e67e22"/><circle cx="50" cy="71" r="3.4" fill="#ecf0f1"/><circle cx="60" cy="71" r="3.4" fill="#ecf0f1"/>`,
	'包丁': `<g transform="rotate(-32 50 50)"><path d="M36 38h58c0 0-6 22-34 24H36z" fill="#cfd8df"/><path d="M36 54h46c-6 5-12 7-22 8H36z" fill="#edf2f5"/><rect x="2" y="40" width="36" height="12" rx="5" fill="#7b4a24"/><rect x="32" y="38" width="6" height="16" fill="#2f2f2f"/>
		<path d="M58 44l6 4M64 44l-6 4" stroke="#8d99a3" stroke-width="1.2"/></g>`,
	'Кастрюля': `<rect x="20" y="40" width="60" height="42" rx="6" fill="#2471a3"/><path d="M20 46h60v6H20z" fill="#1a5276"/><path d="M20 40c2-12 58-12 60 0z" fill="#5499c7"/><circle cx="50" cy="26" r="4.5" fill="#1b2631"/>
		<path d="M20 50H9v8h11M80 50h11v8H80" fill="none" stroke="#1b2631" stroke-width="4"/><g fill="#fdfefe"><circle cx="36" cy="66" r="5"/><circle cx="50" cy="70" r="5"/><circle cx="64" cy="66" r="5"/></g><g fill="#f4d03f"><circle cx="36" cy="66" r="2"/><circle cx="50" cy="70" r="2"/><circle cx="64" cy="66" r="2"/></g>`,
};
