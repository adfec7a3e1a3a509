import { useEffect, useState } from 'react'
import { useForm } from 'react-hook-form'

const FIELDS = {
  firstName: 'First name',
  lastName: 'Last name',
  month: 'Month',
  day: 'Day',
  year: 'Year',
  ssnLast4: 'Last 4 digits of your Social Security number',
  email: 'E-mail address',
  phone: 'Phone number',
  address1: 'Street address',
  address2: 'Apartment or unit',
  city: 'City',
  state: 'State',
  postalCode: 'ZIP code',
}

/** The same fields with nothing but react-hook-form; like any such page it asks first whether they are wanted. */
export default function BareForm() {
  const [isWanted, setWanted] = useState(false)
  const {
    register,
    handleSubmit,
    formState: { errors },
  } = useForm<Record<string, string>>()
  useEffect(() => {
    void fetch('/api/astra/status').then((response) => setWanted(response.ok))
  }, [])
  if (!isWanted) return <p>Loading…</p>
  return (
    <form noValidate onSubmit={(event) => void handleSubmit(() => {})(event)}>
      {Object.entries(FIELDS).map(([name, label]) => (
        <p key={name}>
          <label htmlFor={name}>{label}</label>
          <input id={name} {...register(name, { required: name !== 'address2' && 'Fill this in' })} />
          {errors[name] && <span>{errors[name].message}</span>}
        </p>
      ))}
      <button type="submit">Continue</button>
    </form>
  )
}
