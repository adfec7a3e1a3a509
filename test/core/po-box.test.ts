import { describe, expect, it } from 'vitest'
import { hasPoBox } from '../../src/core/po-box.ts'

describe('a post-office box is seen', () => {
  it.each([
    'P0ST 0FFICE B0X 4',
    'P0stal B0x 4',
    'PO L0CKB0X 4',
    'P0 B 4',
    'P O Bx 4',
    '12 Main St / P.O.B. 4',
    'P.O. No. 31',
    'PO Num 31',
    'PO Number 31',
    'PO31',
    'P 0 31',
    'Post Office Drawer 4',
    'Post-Office Caller 4',
    'Apdo. 5',
    'Apartad0 5',
    'Apd0. 5',
    'A.P.D.O. 5',
    'Apartado Postal',
    'Apdo. de Correos',
    'Apartado de Correo',
    'Apartado San Juan 4',
    'Bx 12',
    'B ox 12',
    'Bo x 12',
    'Box num 12',
    'Box number 12 A',
    'Lock-Box no. 7',
    'F I R M Caller 7',
    'D r a w e r 7',
  ])('however it is written: %s', (line) => {
    expect(hasPoBox(line)).toBe(true)
  })

  it.each(['(Box 12)', 'Box 12.', '#Drawer 4', '  Bin 7  '])('alone on its line, signs aside: %s', (line) => {
    expect(hasPoBox(line)).toBe(true)
  })

  it.each([
    'P\u0301.O. Bo\u0302x',
    'P\u00d3 B\u00f6x 4',
    '\uff30\uff2f \uff22\uff2f\uff38 4',
    'P\u200bO B\u00adOX',
    'PO\u3164Box 1',
    'P\u115fO B\uffa0ox 1',
    'P\u02bcO\u02bc Box 12',
    'PO\u02d0 Box 12',
  ])('under accents, in full width, around what nobody sees: %s', (line) => {
    expect(hasPoBox(line)).toBe(true)
  })

  it.each([
    ['Cyrillic', 'а', 'drаwer 4'],
    ['Cyrillic', 'в', 'вin 4'],
    ['Cyrillic', 'с', 'сaller 4'],
    ['Cyrillic', 'ԁ', 'ԁrawer 4'],
    ['Cyrillic', 'е', 'drawеr 4'],
    ['Cyrillic', 'і', 'bіn 4'],
    ['Cyrillic', 'к', 'locк box 4'],
    ['Cyrillic', 'ӏ', 'ӏock box 4'],
    ['Cyrillic', 'м', 'firм caller 4'],
    ['Cyrillic', 'о', 'pо box'],
    ['Cyrillic', 'р', 'рo box'],
    ['Cyrillic', 'ѕ', 'poѕtal box'],
    ['Cyrillic', 'т', 'posтal box'],
    ['Cyrillic', 'ԝ', 'draԝer 4'],
    ['Cyrillic', 'х', 'po boх'],
    ['Cyrillic', 'ь', 'po ьox'],
    ['Greek', 'α', 'drαwer 4'],
    ['Greek', 'β', 'po βox'],
    ['Greek', 'ε', 'drawεr 4'],
    ['Greek', 'ι', 'bιn 4'],
    ['Greek', 'ο', 'pο box'],
    ['Greek', 'ρ', 'ρo box'],
    ['Greek', 'τ', 'posτal box'],
    ['Greek', 'χ', 'po boχ'],
  ])('with a %s %s for the Latin letter', (_, letter, line) => {
    expect(line).toContain(letter)
    expect(hasPoBox(line)).toBe(true)
    expect(hasPoBox(line.toUpperCase())).toBe(true)
  })
})

describe('a post-office box is not seen', () => {
  it.each([
    '12 Expo 4',
    '4 Tempo Box Rd',
    '9 Depot Bin Ln',
    '3 Postal Boxwood Ln',
    '7 PO Boxer Rd',
    '1 Topobin Way',
    '12 Apartados 4',
    'Apt P05',
    '12 Bishop Ob Ln',
    '12 Outpost Box Rd',
    'PO Binford Rd',
    '4 Desapartado 7',
    '4 Desapartado Postal',
    'Calle Apartado Postalito',
    'Calle Apartado Casa Blanca Norte 4',
    'Box 12 Elder Ct',
    'Callers 7 Ln',
    '12 Main St Box 4',
    '5 Bin Rd',
    'Boxford 7',
    'Unit 7 Box 12',
    'ж',
    '',
  ])('in a street, a name or a unit: %j', (line) => {
    expect(hasPoBox(line)).toBe(false)
  })
})
