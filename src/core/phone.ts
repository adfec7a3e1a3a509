import type { Verdict } from './field-codes.ts'
import { stripInvisible } from './text.ts'

const LONGEST_INPUT = 64

/** Area codes in use for US states and territories, from the public numbering plan. */
const AREA_CODES = new Set(
  (
    '201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 220 223 224 225 227 228 229 231 234 235 239 240 ' +
    '248 251 252 253 254 256 260 262 267 269 270 272 274 276 279 281 283 301 302 303 304 305 307 308 309 310 312 313 314 ' +
    '315 316 317 318 319 320 321 323 324 325 326 327 329 330 331 332 334 336 337 339 340 341 346 347 350 351 352 353 357 ' +
    '360 361 363 364 369 380 385 386 401 402 404 405 406 407 408 409 410 412 413 414 415 417 419 423 424 425 430 432 434 ' +
    '435 436 440 442 443 445 447 448 457 458 463 464 469 470 471 472 475 478 479 480 483 484 501 502 503 504 505 507 508 ' +
    '509 510 512 513 515 516 517 518 520 530 531 534 539 540 541 551 557 559 561 562 563 564 567 570 571 572 573 574 575 ' +
    '580 582 585 586 601 602 603 605 606 607 608 609 610 612 614 615 616 617 618 619 620 621 623 624 626 628 629 630 631 ' +
    '636 640 641 645 646 650 651 656 657 659 660 661 662 667 669 670 671 678 679 680 681 682 684 686 689 701 702 703 704 ' +
    '706 707 708 712 713 714 715 716 717 718 719 720 724 725 726 727 728 729 730 731 732 734 737 738 740 743 747 748 754 ' +
    '757 760 762 763 765 769 770 771 772 773 774 775 779 781 785 786 787 801 802 803 804 805 806 808 810 812 813 814 815 ' +
    '816 817 818 820 821 826 828 830 831 832 835 837 838 839 840 843 845 847 848 850 854 856 857 858 859 860 861 862 863 ' +
    '864 865 870 872 878 901 903 904 906 907 908 909 910 912 913 914 915 916 917 918 919 920 924 925 928 929 930 931 934 ' +
    '936 937 938 939 940 941 943 945 947 948 949 951 952 954 956 959 970 971 972 973 975 978 979 980 983 984 985 986 989'
  ).split(' '),
)

/** They cannot receive Astra's SMS code. */
const TOLL_FREE = /^(800|833|844|855|866|877|888)/

/** Ignored between digits: any Unicode space, dashes of any kind, brackets, full stop, slash. */
const FILLERS = /[\s\p{Z}\p{Pd}\u2212()./]/gu

/**
 * US phone number as people type it, to E.164: `(415) 555-0132` becomes `+14155550132`.
 * @see https://docs.astra.finance/reference/post_v1-user-intent
 */
export function normalizePhone(input: string): Verdict {
  if (input.length > LONGEST_INPUT) return { code: 'phone.too_long' }
  const typed = toAscii(stripInvisible(input).trim().replace(/^tel:/i, '')).replace(FILLERS, '')
  if (typed === '') return { code: 'phone.required' }
  if (/\d(x|ext|extension)\d+$/i.test(typed) || /\d#\d+$/.test(typed)) return { code: 'phone.extension' }
  if (/\p{L}/u.test(typed)) return { code: 'phone.letters' }
  if (!/^\+?\d*$/.test(typed)) return { code: 'phone.characters' }
  return typed.startsWith('+') ? international(typed.slice(1)) : national(typed)
}

/** A number that starts with `+` carries its own country code. */
function international(digits: string): Verdict {
  if (digits !== '' && !digits.startsWith('1')) return { code: 'phone.country' }
  return geographic(digits.slice(1))
}

function national(digits: string): Verdict {
  if (digits.startsWith('0')) return { code: 'phone.prefix' }
  return geographic(digits.startsWith('1') ? digits.slice(1) : digits)
}

function geographic(digits: string): Verdict {
  if (digits.length !== 10) return { code: 'phone.length' }
  if (TOLL_FREE.test(digits)) return { code: 'phone.toll_free' }
  if (digits.startsWith('900')) return { code: 'phone.premium' }
  if (!AREA_CODES.has(digits.slice(0, 3))) return { code: 'phone.area_code' }
  // The exchange follows the rule of the area code: no 0 or 1 in front, no service code like 411.
  return /^...[2-9](?!11)/.test(digits) ? { value: `+1${digits}` } : { code: 'phone.exchange' }
}

/** Full-width and Arabic-Indic digits, and the full-width plus, count as ASCII. */
function toAscii(text: string): string {
  return text
    .replaceAll('\uff0b', '+')
    .replace(/[\uff10-\uff19\u0660-\u0669\u06f0-\u06f9]/g, (digit) =>
      String((digit.charCodeAt(0) & 0xf) % 10),
    )
}
