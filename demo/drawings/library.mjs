/* The books of the library, each drawn in a square of 100 × 100: a cover with what its story is known by. */
function book(cover, spine, emblem) {
	return `<path d="M24 10h54v76H24z" fill="#f7f1e1"/><path d="M80 14v74H28" fill="none" stroke="#d8cdb0" stroke-width="2"/><rect x="20" y="8" width="56" height="78" rx="2" fill="${cover}"/>
		<rect x="20" y="8" width="9" height="78" fill="${spine}"/><path d="M34 14h36v66H34z" fill="none" stroke="#f1d48a" stroke-width="1.2"/>${emblem}`;
}

export const library = {
	'Война и мир': book('#6b1d1d', '#451010', `<path d="M38 28l26 32M64 28L38 60" stroke="#d5dbe0" stroke-width="3.4" stroke-linecap="round"/><path d="M38 52l8 8M64 52l-8 8" stroke="#f1d48a" stroke-width="3"/>
		<path d="M44 70c6-6 12 2 18-4-2 8-12 10-18 4z" fill="#fff"/>`),
	'Οδύσσεια': book('#1b4f72', '#12344c', `<path d="M36 56h32c-2 8-8 10-16 10s-14-2-16-10z" fill="#c98d4a"/><path d="M52 26v30" stroke="#f7f1e1" stroke-width="2"/><path d="M54 28c10 4 12 16 8 24h-8zM50 30c-8 4-10 12-8 20h8z" fill="#fdf5df"/>
		<path d="M35 72c4-4 6 4 10 0s6 4 10 0 6 4 10 0" fill="none" stroke="#7fb3d5" stroke-width="2.4"/>`),
	'ألف ليلة وليلة': book('#1c2a5e', '#111a3d', `<path d="M37 56c4 10 22 10 26-2 4 0 6-2 7-6-8 0-12 2-16 4H40z" fill="#f1c40f"/><path d="M46 64h10l3 6H43z" fill="#d4a50c"/><circle cx="50" cy="50" r="2.6" fill="#f7dc6f"/>
		<path d="M62 22a9 9 0 1 0 5 14 8 8 0 0 1-5-14z" fill="#fdf2c4"/><path d="M42 26l1 3 3 1-3 1-1 3-1-3-3-1 3-1z" fill="#fdf2c4"/>`),
	'रामायण': book('#d35400', '#9c3f02', `<path d="M40 24c26 6 26 46 0 52" fill="none" stroke="#5b2c00" stroke-width="4"/><path d="M40 24v52" stroke="#fdf2c4" stroke-width="1.4"/><path d="M36 50h30" stroke="#fdf2c4" stroke-width="2.6"/>
		<path d="M64 44l8 6-8 6z" fill="#fdf2c4"/><path d="M36 50l-2-4M36 50l-2 4" stroke="#fdf2c4" stroke-width="2"/>`),
	'紅樓夢': book('#a4161a', '#6f0d10', `<path d="M36 42c8 0 12-6 16-12 4 6 8 12 16 12l-4 4H40z" fill="#2d2d2d"/><path d="M41 46h22v20H41z" fill="#d6453d"/><path d="M41 46v20M48 46v20M56 46v20M63 46v20" stroke="#5b0e0e" stroke-width="2"/>
		<path d="M36 66h32v4H36z" fill="#e8d6a8"/><circle cx="45" cy="24" r="2.4" fill="#ffc9d6"/><circle cx="60" cy="22" r="2.4" fill="#ffc9d6"/><circle cx="64" cy="27" r="2" fill="#ffc9d6"/>`),
	'Don Quijote': book('#c9a227', '#94761a', `<path d="M46 46h12l4 28H42z" fill="#fdf5df"/><path d="M44 46c0-8 16-8 16 0z" fill="#6b3e1d"/><path d="M52 42l18-14M52 42L36 28M52 42l16 14M52 42L36 56" stroke="#5d3a1a" stroke-width="4"/>
		<circle cx="52" cy="42" r="3" fill="#2d2d2d"/><rect x="49" y="64" width="6" height="10" fill="#6b3e1d"/>`),
	'תנ״ך': book('#2b2b35', '#18181f', `<path d="M52 74V34M40 36c0 14 24 14 24 0M44.5 34c0 8 15 8 15 0M36 36c0 24 32 24 32 0M44 74h16" fill="none" stroke="#f1d48a" stroke-width="2.4"/>
		<path d="M36 33l1.5-4 1.5 4zM42.5 32l1.5-4 1.5 4zM50.5 32l1.5-4 1.5 4zM58.5 32l1.5-4 1.5 4zM65 33l1.5-4 1.5 4z" fill="#ffd76a"/>`),
	'สี่แผ่นดิน': book('#5b2c6f', '#3d1d4b', `<path d="M52 20l4 14 8 10H40l8-10z" fill="#f1c40f"/><path d="M40 44h24l4 10H36z" fill="#d4a50c"/><path d="M38 54h28v14H38z" fill="#fdf2c4"/><path d="M42 58h5v10h-5zM50 58h5v10h-5zM58 58h5v10h-5z" fill="#5b2c6f"/>
		<path d="M34 68h36v4H34z" fill="#d4a50c"/>`),
	'"Faust", erster Teil': book('#34495e', '#212f3c', `<path d="M47 26h10v14l11 26c2 6-2 8-6 8H42c-4 0-8-2-6-8l11-26z" fill="#d6eaf8"/><path d="M42 54h20l5 12c1 4-1 6-4 6H41c-3 0-5-2-4-6z" fill="#2ecc71"/>
		<circle cx="48" cy="62" r="2.4" fill="#d5f5e3"/><circle cx="56" cy="66" r="3" fill="#d5f5e3"/><circle cx="53" cy="58" r="1.8" fill="#d5f5e3"/><path d="M45 24h14v3H45z" fill="#8e5a2b"/>`),
};
